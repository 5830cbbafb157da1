import type { Json } from '../../../base/json.ts';
import { DAY_MS, SECOND_MS, type DurationMs, type EpochMs } from '../../../base/time.ts';
import { readInstant } from '../../../wire/event.ts';

/*
 * A sender's clock may be wrong. What it wrote when it sent tells by how much: event time is
 * receivedAt − (sentAt − timestamp), as Segment has it ("timestamps" in the Spec).
 */

/** Less may just as well be the network's time: then what was written stands. */
const BEHIND_MS_MIN: DurationMs = 5 * SECOND_MS;

/** A clock that has lost its battery shows 1970; more is no clock. */
const BEHIND_MS_MAX: DurationMs = 100 * 365 * DAY_MS;

/**
 * By how much a sender's clock was behind ours; negative: ahead.
 *
 * @param sentAt as it was written; 0 comes back for what is no instant
 */
export function clockBehindMs(sentAt: Json | undefined, receivedAt: EpochMs): DurationMs {
  const at = typeof sentAt === 'string' ? readInstant(sentAt) : undefined;
  if (at === undefined) return 0;
  const behindMs = receivedAt - at;
  const size = Math.abs(behindMs);
  return size < BEHIND_MS_MIN || size > BEHIND_MS_MAX ? 0 : behindMs;
}
