import { DAY_MS, NEVER, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { CompiledRule } from '../../compile/rule.ts';
import type { Turn } from './explanation.ts';
import type { Forecast } from './forecast.ts';

/*
 * When time alone changes a rule next, and each of its leaves: found by playing it forward.
 *
 * 1. A look ahead is bounded in steps and in time. How far it went is told where it did not go to
 *    the end; whatever changes before that is among what was found.
 */

/** Each step is an instant at which something may change. */
const STEPS_MAX = 5_000;
/** Ages and anniversaries go on for ever. */
const AHEAD_MS_MAX: DurationMs = 100 * 365 * DAY_MS;

/** The next change of each, where there is one; conditions and segments by their numbers. */
export interface Turns {
  readonly rule: Turn | undefined;
  readonly conditions: ReadonlyMap<number, Turn>;
  readonly segments: ReadonlyMap<number, Turn>;
  /** Up to when was looked; undefined: to the end. */
  readonly until: EpochMs | undefined;
}

/** Plays a forecast on, as far as the bounds allow. */
export function lookAhead(
  forecast: Forecast,
  rule: CompiledRule,
  ordinal: number,
  conditions: readonly number[],
  segments: readonly number[],
): Turns {
  const toAt = forecast.now + AHEAD_MS_MAX;
  const [ofConditions, ofSegments] = [new Map<number, Turn>(), new Map<number, Turn>()];
  const ofRule = new Map<number, Turn>();
  const watches: readonly Watch[] = [
    watch(conditions, (condition) => forecast.holds(condition), ofConditions),
    watch(segments, (segment) => forecast.isMember(segment), ofSegments),
    watch([0], () => !forecast.isOver && rule(forecast.facts, ordinal), ofRule),
  ];
  let until: EpochMs | undefined;
  for (let step = 0; forecast.nextAt() !== NEVER; step++) {
    if (step === STEPS_MAX || forecast.nextAt() > toAt) {
      until = Math.min(forecast.nextAt() - 1, toAt);
      break;
    }
    forecast.advance();
    for (const look of watches) look(forecast.now);
  }
  return { rule: ofRule.get(0), conditions: ofConditions, segments: ofSegments, until };
}

type Watch = (at: EpochMs) => void;

/** Writes down when each truth first differs from what it is now. */
function watch(
  numbers: readonly number[],
  holds: (number: number) => boolean,
  turns: Map<number, Turn>,
): Watch {
  const before = new Map(numbers.map((number) => [number, holds(number)]));
  return (at) => {
    for (const [number, was] of before) {
      if (holds(number) === was) continue;
      turns.set(number, { at, to: !was });
      before.delete(number);
    }
  };
}
