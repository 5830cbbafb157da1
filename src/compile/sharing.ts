import { canonicalJson } from '../base/json.ts';
import type { Condition, EventCondition } from '../rules/rule.ts';
import { endsNow } from './window.ts';

/*
 * Which conditions have one series together: those that count the same events in windows that end
 * now. However many of them there are, an event of theirs is kept once and found by one look-up.
 */

/** The truths of a series' conditions are the bits of a word. */
const CONDITIONS_MAX = 32;

/** Groups of conditions with one series each, the widest window first; in the given order else. */
export function inSeries(conditions: readonly Condition[]): Condition[][] {
  const alone: Condition[][] = [];
  const shared = new Map<string, EventCondition[]>();
  for (const condition of conditions) {
    if (!isRecentCount(condition)) {
      alone.push([condition]);
      continue;
    }
    const { events, where, lines } = condition;
    const key = canonicalJson({ events, where, lines });
    const group = shared.get(key);
    if (group === undefined) shared.set(key, [condition]);
    else group.push(condition);
  }
  return [...[...shared.values()].flatMap(inWords), ...alone];
}

function isRecentCount(condition: Condition): condition is EventCondition {
  return (
    condition.kind === 'event' && condition.measure.of === 'count' && endsNow(condition.window)
  );
}

function inWords(group: readonly EventCondition[]): EventCondition[][] {
  const ordered = group.toSorted((a, b) => lengthMs(b) - lengthMs(a));
  const words = Math.ceil(ordered.length / CONDITIONS_MAX);
  return Array.from({ length: words }, (_, word) =>
    ordered.slice(word * CONDITIONS_MAX, (word + 1) * CONDITIONS_MAX),
  );
}

function lengthMs({ window }: EventCondition): number {
  return window.kind === 'rolling' ? window.fromMs : 0;
}
