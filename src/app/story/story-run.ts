import { compareUtf8 } from '../../base/id.ts';
import { formatInstant, MINUTE_MS, type EpochMs } from '../../base/time.ts';
import type { Effect } from '../../engine/effect.ts';
import { VirtualEngine } from '../backtest/virtual-engine.ts';
import type { Expected, ExpectedKind, Step, Story } from './story.ts';

/** How long the live engine remembers messageIds unless it is told otherwise. */
const DEDUP = { windowMs: 10 * MINUTE_MS, idsMax: 1_000_000 };

/** A line after which something else happened than was expected. */
export interface Mismatch {
  readonly step: Step;
  readonly happened: readonly Happened[];
}

interface Happened extends Expected {
  readonly at: EpochMs;
}

/**
 * Lets a story happen on a virtual clock.
 *
 * The clock stands at each line's time until the next one: what is due at that very instant fires
 * with the last line of the instant, or with a `tick`.
 */
export function runStory({ segments, campaigns, zone, zones, steps }: Story): Mismatch[] {
  const definitions = { segments, campaigns, zone, zones };
  const engine = new VirtualEngine(definitions, steps[0]?.at ?? 0, DEDUP);
  const mismatches: Mismatch[] = [];
  for (const [place, step] of steps.entries()) {
    if (step.event !== undefined) engine.take(step.event, step.at);
    if (step.event === undefined || steps[place + 1]?.at !== step.at) engine.settle(step.at);
    const happened = engine.takeEffects().flatMap(happenedOf);
    if (!isExpected(happened, step.expected)) mismatches.push({ step, happened });
  }
  return mismatches;
}

/** Nothing for what a story does not tell of. */
function happenedOf(effect: Effect): Happened[] {
  const { kind, customer, at, why } = effect;
  const isQuiet = why !== 'event' && why !== 'time';
  switch (kind) {
    case 'entry':
    case 'exit':
      return [{ customer, kind, id: effect.segment, isQuiet, at }];
    case 'due':
    case 'cancelled':
      return [{ customer, kind, id: effect.campaign, isQuiet, at }];
    case 'changed':
    case 'happened':
    case 'passed':
    case 'forgotten':
      return [];
  }
}

/** What was expected and what happened, as a person reads it. */
export function mismatchText(file: string, { step, happened }: Mismatch): string {
  return [
    `${file}: line ${step.line}: ${step.text}`,
    `  expected: ${listOf(step.expected)}`,
    `  happened: ${listOf(happened)}`,
  ].join('\n');
}

const VERBS: Readonly<Record<ExpectedKind, string>> = {
  entry: 'enters',
  exit: 'exits',
  due: 'due',
  cancelled: 'cancelled',
};

function listOf(changes: readonly Expected[]): string {
  if (changes.length === 0) return 'nothing';
  return changes
    .map(({ customer, kind, id, isQuiet, at }) => {
      const when = at === undefined ? '' : ` at ${formatInstant(at)}`;
      return `${customer} ${isQuiet ? 'quietly ' : ''}${VERBS[kind]} ${id}${when}`;
    })
    .join(', ');
}

/** Only of one customer and segment or campaign the order is that in which it happened. */
function isExpected(happened: readonly Happened[], expected: readonly Expected[]): boolean {
  if (happened.length !== expected.length) return false;
  const wanted = expected.toSorted(byPlace);
  return happened.toSorted(byPlace).every((one, i) => {
    const other = wanted[i];
    return (
      other !== undefined &&
      byPlace(one, other) === 0 &&
      one.kind === other.kind &&
      one.isQuiet === other.isQuiet &&
      (other.at ?? one.at) === one.at
    );
  });
}

function byPlace(a: Expected, b: Expected): number {
  return compareUtf8(a.customer, b.customer) || compareUtf8(a.id, b.id);
}
