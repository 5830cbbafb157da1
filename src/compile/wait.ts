import { unreachable } from '../base/assert.ts';
import type { EpochMs } from '../base/time.ts';
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
