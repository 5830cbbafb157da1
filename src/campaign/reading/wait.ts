import { own } from '../../base/json.ts';
import { DAY_MS, type DurationMs } from '../../base/time.ts';
import { placeOf, readMapping, show, type Faults } from '../../rules/fault.ts';
import { readDuration, readDurationOrZero } from '../../rules/parse-window.ts';
import type { Reentry, Wait } from '../campaign.ts';
import { parseMinuteOfDay } from '../quiet-hours.ts';
import { WAIT_KEYS } from '../schema.ts';

const AT_ONCE: Wait = { kind: 'for', ms: 0 };
/** Beyond it a wait is a slip of the pen. */
const WAIT_MAX_MS: DurationMs = 400 * DAY_MS;

/** Reads `wait`: a duration, or a time of day. */
export function readWait(value: unknown, faults: Faults): Wait | undefined {
  if (value === undefined) return AT_ONCE;
  if (typeof value === 'object' && value !== null) return readWaitUntil(value, faults);
  if (typeof value === 'string' && parseMinuteOfDay(value) !== undefined) {
    const hint = `a time of day stands under until: { until: "${value}" }`;
    return faults.add('wait', `${show(value)} is no duration`, hint);
  }
  const ms = readDurationOrZero(value, 'wait', faults);
  return ms === undefined || isTooLong(ms, 'wait', faults) ? undefined : { kind: 'for', ms };
}

function readWaitUntil(value: object, faults: Faults): Wait | undefined {
  const fields = readMapping(value, WAIT_KEYS, 'a wait', 'wait', faults);
  if (fields === undefined) return undefined;
  const [until, after] = [own(fields, 'until'), own(fields, 'after')];
  const place = placeOf('wait', 'after');
  const afterMs = after === undefined ? 0 : readDurationOrZero(after, place, faults);
  if (until === undefined) {
    return faults.add('wait', '"until" is missing in the wait', 'write { until: "10:00" }');
  }
  const minuteOfDay = typeof until === 'string' ? parseMinuteOfDay(until) : undefined;
  if (minuteOfDay === undefined) {
    const hint = 'write hours and minutes in quotes, "08:00" to "23:59"';
    return faults.add('wait.until', `${show(until)} is no time of day`, hint);
  }
  if (afterMs === undefined || isTooLong(afterMs, place, faults)) return undefined;
  return { kind: 'until', minuteOfDay, afterMs };
}

function isTooLong(ms: DurationMs, place: string, faults: Faults): boolean {
  if (ms <= WAIT_MAX_MS) return false;
  faults.add(place, 'a wait of more than 400 days is refused', 'ask the rule under if for it');
  return true;
}

/** Reads `reentry`: always, once, or a span. */
export function readReentry(value: unknown, faults: Faults): Reentry | undefined {
  if (value === undefined || value === 'always') return { kind: 'always' };
  if (value === 'once') return { kind: 'once' };
  if (typeof value === 'string' && /^[a-z]/i.test(value)) {
    const hint = 'write always, once, or a span such as 7d: once in any 7 days';
    return faults.add('reentry', `${show(value)} is no kind of re-entry`, hint);
  }
  const ms = readDuration(value, 'reentry', faults);
  return ms === undefined ? undefined : { kind: 'span', ms };
}
