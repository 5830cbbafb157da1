import type { EpochMs } from '../../base/time.ts';
import type { CountShape, Part, Shape } from '../../compile/condition.ts';
import type { Contribution } from '../../compile/contribution.ts';
import type { DateValue } from '../../compile/date.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { amounts } from './amounts.ts';
import type { Cells } from './cells.ts';
import { Counts } from './counts.ts';
import { date } from './date.ts';
import { extremes } from './extremes.ts';
import { first } from './first.ts';
import { instants } from './instants.ts';
import { latest } from './latest.ts';
import type { Layout } from './sorted.ts';
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
 * How a series is kept: pure functions of its cells.
 *
 * 1. `now` never goes back for one customer, so what has left a window may be dropped.
 * 2. No cells mean that nothing is kept, and the conditions hold as they do for nothing.
 */
export interface Behaviour {
  /** Takes in one event. @returns false when it changes nothing */
  take(cells: Cells, taken: Taken, part: Part): boolean;
  /**
   * Takes in what was kept of another customer, as if their events had come before those of this
   * one. What is kept is then what would be, had all been one customer's.
   *
   * @param from their cells, as of `now` or earlier
   */
  join(cells: Cells, from: readonly number[], now: EpochMs): void;
  /** Bit i: whether the i-th of its conditions holds. */
  truths(cells: Cells, now: EpochMs): number;
  /** The first instant after `now` at which time alone can change `truths`; NEVER without one. */
  nextAt(cells: Cells, now: EpochMs): EpochMs;
  /** What the cells say of the i-th, for people: after `truths` at the same instant. */
  kept(cells: Cells, now: EpochMs, i: number): Kept;
  /** With `nextAt` NEVER: from when on nothing that is kept counts. Absent: it always does. */
  deadFrom?(cells: Cells): EpochMs;
  /** Which cells hold numbers of values of `distinct`; absent: none does. */
  readonly valuesIn?: Layout | undefined;
}

/** What a series keeps that counts now, as people can be told. Amounts are ten-thousandths. */
export type Kept =
  | (Span & {
      readonly of: 'count' | 'distinct';
      readonly count: number;
      /** So many decide, and more are not kept: there may be more. */
      readonly isAtLeast: boolean;
    })
  | (Span & { readonly of: 'sum'; readonly sum: number | bigint; readonly count: number })
  | { readonly of: 'extreme'; readonly extreme: number | undefined }
  | {
      readonly of: 'latest';
      /** Undefined: there was none. */
      readonly at: EpochMs | undefined;
      readonly passes: boolean;
      /** The latest of what may follow, where the condition asks for it and there was one. */
      readonly followedAt: EpochMs | undefined;
      readonly notFollowedAt: EpochMs | undefined;
    }
  | { readonly of: 'first'; readonly at: EpochMs | undefined }
  | { readonly of: 'date'; readonly date: DateValue | undefined };

/** The earliest and the latest that is kept and counts, where instants are kept and one counts. */
export interface Span {
  readonly firstAt?: EpochMs | undefined;
  readonly latestAt?: EpochMs | undefined;
}

/** How the series of one condition are kept. */
export interface Single extends Omit<Behaviour, 'truths' | 'kept'> {
  holds(cells: Cells, now: EpochMs): boolean;
  kept(cells: Cells, now: EpochMs): Kept;
}

/**
 * How the series of these conditions are kept; undefined for one that hangs on attributes or the
 * id. Several share one when they are counts.
 */
export function behaviourOf(shapes: readonly Shape[]): Behaviour | undefined {
  const counts = shapes.filter((shape): shape is CountShape => shape.kind === 'count');
  if (counts.length > 0) return new Counts(counts);
  const [shape] = shapes;
  const single = shape && singleOf(shape);
  return single && { ...single, truths: (cells, now) => (single.holds(cells, now) ? 1 : 0) };
}

function singleOf(shape: Shape): Single | undefined {
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
    case 'count':
    case 'value':
    case 'sample':
      return undefined;
  }
}
