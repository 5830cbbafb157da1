import type { EpochMs } from '../../base/time.ts';
import type { Part, Shape } from '../../compile/condition.ts';
import type { Contribution } from '../../compile/contribution.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { amounts } from './amounts.ts';
import type { Cells } from './cells.ts';
import { date } from './date.ts';
import { extremes } from './extremes.ts';
import { first } from './first.ts';
import { instants } from './instants.ts';
import { latest } from './latest.ts';
import { set, totals } from './totals.ts';
import { values } from './values.ts';

/** One event as series take it in. */
export interface Taken {
  readonly event: CustomerEvent;
  /** Event time, at most stream time. */
  readonly at: EpochMs;
  /**
   * Its place among the partition's events, from 1: of two at one instant the later has the higher.
   */
  readonly place: number;
  /** The instant at which the customer is looked at; `at` or later. */
  readonly now: EpochMs;
  /** What it gives to the series that takes it in. */
  readonly contribution: Contribution;
  /** The numbers that stand for the values of `distinct`. */
  readonly numberOf: (value: string) => number;
}

/**
 * How a series of one condition is kept: pure functions of its cells.
 *
 * 1. `now` never goes back for one customer, so what has left a window may be dropped.
 * 2. No cells mean that nothing is kept, and the condition holds as it does for nothing.
 */
export interface Behaviour {
  /** Takes in one event. @returns false when it changes nothing */
  readonly take: (cells: Cells, taken: Taken, part: Part) => boolean;
  readonly holds: (cells: Cells, now: EpochMs) => boolean;
  /** The first instant after `now` at which time alone can change `holds`; NEVER without one. */
  readonly nextAt: (cells: Cells, now: EpochMs) => EpochMs;
  /** With `nextAt` NEVER: from when on nothing that is kept counts. Absent: it always does. */
  readonly deadFrom?: (cells: Cells) => EpochMs;
}

/** How a condition's series are kept; undefined for one that hangs on attributes or the id. */
export function behaviourOf(shape: Shape): Behaviour | undefined {
  switch (shape.kind) {
    case 'instants':
      return instants(shape.window, shape.turns, shape.test);
    case 'amounts':
      return amounts(shape.window, shape.isAverage, shape.test);
    case 'extremes':
      return extremes(shape.window, shape.sign, shape.test);
    case 'values':
      return values(shape.window, shape.keep, shape.test);
    case 'totals':
      return totals(shape);
    case 'set':
      return set(shape.window, shape.keep, shape.test);
    case 'latest':
      return latest(shape);
    case 'first':
      return first(shape.window);
    case 'date':
      return date(shape.test);
    case 'value':
    case 'sample':
      return undefined;
  }
}
