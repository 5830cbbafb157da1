import { unreachable } from '../../base/assert.ts';
import type { Rule } from '../../rules/rule.ts';
import type { State } from '../state/state.ts';
import { Bitmap } from '../store/bitmap.ts';

/**
 * For whom a rule holds that is composed of conditions and segments which the engine knows, in
 * whatever way: by the algebra of bitmaps, without a look at any customer.
 *
 * @returns undefined when it names a condition or a segment that nobody has defined
 */
export function customersOf(rule: Rule, state: State): Bitmap | undefined {
  const { plan, customers, truths, membership } = state;
  switch (rule.kind) {
    case 'all':
      return combine(rule.rules, state, (bitmaps) => Bitmap.intersection(bitmaps));
    case 'any':
      return combine(rule.rules, state, (bitmaps) => Bitmap.union(bitmaps));
    case 'not': {
      const bitmap = customersOf(rule.rule, state);
      return bitmap && Bitmap.difference(customers.ordinals(), bitmap);
    }
    case 'segment': {
      const segment = plan.segmentOf(rule.segment);
      return segment === undefined ? undefined : membership.members(segment);
    }
    case 'event':
    case 'latest':
    case 'first':
    case 'attribute':
    case 'sample': {
      const condition = plan.conditionOf(rule);
      return condition === undefined ? undefined : truths.of(condition, customers.ordinals());
    }
    default:
      return unreachable(rule);
  }
}

/** The bitmaps that the parts give are the state's own: they are never written to. */
function combine(
  rules: readonly Rule[],
  state: State,
  into: (bitmaps: readonly Bitmap[]) => Bitmap,
): Bitmap | undefined {
  const bitmaps: Bitmap[] = [];
  for (const rule of rules) {
    const bitmap = customersOf(rule, state);
    if (bitmap === undefined) return undefined;
    bitmaps.push(bitmap);
  }
  return into(bitmaps);
}
