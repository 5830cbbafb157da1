import { unreachable } from '../base/assert.ts';
import { DAY_MS, HOUR_MS, type DurationMs, type EpochMs } from '../base/time.ts';
import { minuteOfDayAt, nextShowing, type Zone } from '../base/zone.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { isQuiet } from '../campaign/quiet-hours.ts';

/** When a wait that begins at `from` is over, on the clocks of a zone. */
export type DueAt = (from: EpochMs, zone: Zone) => EpochMs;

type Waiting = Pick<Campaign, 'wait' | 'quietHours'>;

/** True when the due instant hangs on the recipient's clock. */
export function needsLocalTime({ wait, quietHours }: Waiting): boolean {
  return wait.kind === 'until' || quietHours !== undefined;
}

/** The wait first; then, where it ends in quiet hours, on to their end. */
export function compileWait({ wait, quietHours }: Waiting): DueAt {
  const endOf = compileEnd(wait);
  if (quietHours === undefined) return endOf;
  return (from, zone) => {
    const at = endOf(from, zone);
    if (!isQuiet(quietHours, minuteOfDayAt(zone, at))) return at;
    return nextShowing(zone, at, quietHours.toMinute);
  };
}

/** Longer than it takes until a clock shows a time, twice, even where a day is left out. */
const CLOCK_MS: DurationMs = 4 * DAY_MS;
/** A wait that was under way from another partition for longer, while no relay ran, comes along. */
const UNDER_WAY_MS: DurationMs = HOUR_MS;

/** Longer than from any trigger to the end of its wait, wherever the recipient is. */
export function longestWaitMs(waiting: Waiting): DurationMs {
  const { wait } = waiting;
  const lengthMs = wait.kind === 'for' ? wait.ms : wait.afterMs;
  return lengthMs + UNDER_WAY_MS + (needsLocalTime(waiting) ? CLOCK_MS : 0);
}

function compileEnd(wait: Campaign['wait']): DueAt {
  switch (wait.kind) {
    case 'for':
      return (from) => from + wait.ms;
    case 'until':
      return (from, zone) => nextShowing(zone, from + wait.afterMs, wait.minuteOfDay);
    default:
      return unreachable(wait);
  }
}
