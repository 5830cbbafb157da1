import { assert } from '../../base/assert.ts';
import { averageUnits, textOfUnits } from '../../base/decimal.ts';
import { murmur3 } from '../../base/murmur.ts';
import type { EpochMs } from '../../base/time.ts';
import { readDate, yearsAt } from '../../compile/date.ts';
import { compileAttribute } from '../../compile/path.ts';
import type { AttributeCondition, Condition, EventCondition } from '../../rules/rule.ts';
import type { Kept } from '../series/behaviour.ts';
import type { State } from '../state/state.ts';
import type { Evidence } from './explanation.ts';

/**
 * What a condition is judged by.
 *
 * @param kept what the engine keeps of it for this customer; undefined where it keeps nothing apart
 */
export function evidenceOf(
  condition: Condition,
  kept: Kept | undefined,
  state: State,
  ordinal: number,
  now: EpochMs,
): Evidence {
  switch (condition.kind) {
    case 'event':
      return measured(condition, kept);
    case 'latest': {
      assert(kept?.of === 'latest', 'of a latest event an instant is kept');
      const { at, passes, followedAt, notFollowedAt } = kept;
      return { kind: 'latest', at, passes, followedAt, notFollowedAt };
    }
    case 'first':
      assert(kept?.of === 'first', 'of a first event an instant is kept');
      return { kind: 'first', at: kept.at };
    case 'attribute':
      return attribute(condition, state, ordinal, now);
    case 'sample': {
      const hash = murmur3(`${condition.salt}\n${state.customers.idOf(ordinal)}`);
      return { kind: 'sample', share: (hash / 2 ** 32) * 100 };
    }
  }
}

function measured({ measure }: EventCondition, kept: Kept | undefined): Evidence {
  assert(kept !== undefined, 'of events something is kept');
  switch (kept.of) {
    case 'count':
    case 'distinct': {
      const { count, isAtLeast: orMore, firstAt, latestAt } = kept;
      return { kind: kept.of, count, orMore, firstAt, latestAt };
    }
    case 'sum': {
      const { sum, count, firstAt, latestAt } = kept;
      const span = { count, firstAt, latestAt };
      if (measure.of !== 'average') return { kind: 'sum', value: textOfUnits(sum), ...span };
      const value = count === 0 ? undefined : textOfUnits(averageUnits(sum, count));
      return { kind: 'average', value, ...span };
    }
    case 'extreme': {
      const value = kept.extreme === undefined ? undefined : textOfUnits(kept.extreme);
      return { kind: measure.of === 'min' ? 'min' : 'max', value };
    }
    case 'latest':
    case 'first':
    case 'date':
      assert(false, 'a measure of events keeps a count, a sum or an extreme');
  }
}

function attribute(
  { name, test }: AttributeCondition,
  { attributes, plan }: State,
  ordinal: number,
  now: EpochMs,
): Evidence {
  const value = compileAttribute(name)(attributes.of(ordinal));
  const ages = attributes.agesOf(ordinal);
  const setAt = ages.get(name) ?? ages.get(name.split('.', 1)[0] ?? name);
  const read = test.of === 'value' ? undefined : readDate(value, plan.zone);
  const date = read && { at: read.at, years: yearsAt(read, now, plan.zone) };
  return { kind: 'attribute', name, value, setAt, date };
}
