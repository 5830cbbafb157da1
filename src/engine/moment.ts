import type { EpochMs } from '../base/time.ts';

/** Where a timeline stands. */
export interface Moment {
  readonly streamTime: EpochMs;
  /** All timers due by then have fired; -∞ at first. */
  readonly firedTo: EpochMs;
  /** How many events have been applied: the place of each in the order of arrival. */
  readonly place: number;
}

export const BEGINNING: Moment = {
  streamTime: 0,
  firedTo: Number.NEGATIVE_INFINITY,
  place: 0,
};

/** The same while it moves: the parts of a timeline share it. */
export interface RunningMoment {
  streamTime: EpochMs;
  firedTo: EpochMs;
  place: number;
}
