import { compareUtf8 } from '../../base/id.ts';
import { formatInstant, MINUTE_MS } from '../../base/time.ts';
import type { Transition } from '../../engine/effect.ts';
import { VirtualEngine } from '../backtest/virtual-engine.ts';
import type { Expected, Step, Story } from './story.ts';

/** How long the live engine remembers messageIds unless it is told otherwise. */
const DEDUP = { windowMs: 10 * MINUTE_MS, idsMax: 1_000_000 };

/** A line after which something else happened than was expected. */
export interface Mismatch {
  readonly step: Step;
  readonly happened: readonly Transition[];
}

/**
 * Lets a story happen on a virtual clock.
 *
 * The clock stands at each line's time until the next one: what is due at that very instant fires
 * with the last line of the instant, or with a `tick`.
 */
export function runStory({ segments, zone, steps }: Story): Mismatch[] {
  const definitions = { segments, campaigns: [], zone };
  const engine = new VirtualEngine(definitions, steps[0]?.at ?? 0, DEDUP);
  const mismatches: Mismatch[] = [];
  for (const [place, step] of steps.entries()) {
    if (step.event !== undefined) engine.take(step.event, step.at);
    if (step.event === undefined || steps[place + 1]?.at !== step.at) engine.settle(step.at);
    const happened = engine.takeTransitions();
    if (!isExpected(happened, step.expected)) mismatches.push({ step, happened });
  }
  return mismatches;
}

/** What was expected and what happened, as a person reads it. */
export function mismatchText(file: string, { step, happened }: Mismatch): string {
  return [
    `${file}: line ${step.line}: ${step.text}`,
    `  expected: ${listOf(step.expected)}`,
    `  happened: ${listOf(happened)}`,
  ].join('\n');
}

function listOf(changes: readonly Expected[]): string {
  if (changes.length === 0) return 'nothing';
  return changes
    .map(({ customer, kind, segment, at }) => {
      const when = at === undefined ? '' : ` at ${formatInstant(at)}`;
      return `${customer} ${kind === 'entry' ? 'enters' : 'exits'} ${segment}${when}`;
    })
    .join(', ');
}

/** Only of one customer and segment the order is that in which it happened. */
function isExpected(happened: readonly Transition[], expected: readonly Expected[]): boolean {
  if (happened.length !== expected.length) return false;
  const wanted = expected.toSorted(byPlace);
  return happened.toSorted(byPlace).every((one, i) => {
    const other = wanted[i];
    return (
      other !== undefined &&
      byPlace(one, other) === 0 &&
      one.kind === other.kind &&
      (other.at ?? one.at) === one.at
    );
  });
}

function byPlace(a: Expected, b: Expected): number {
  return compareUtf8(a.customer, b.customer) || compareUtf8(a.segment, b.segment);
}
