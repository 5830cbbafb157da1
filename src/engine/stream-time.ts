import type { EpochMs } from '../base/time.ts';
import type { Input, PartitionSettings } from './protocol.ts';

/** How far ahead of the broker's clock a sender's may move stream time, ms. */
const SENDER_LEAD_MS = 5_000;

/**
 * The instant to which a message moves stream time, if that is later than it is.
 *
 * @param streamTime as it is
 */
export function streamTimeOf(
  clock: PartitionSettings['clock'],
  { sentAt, storedAt }: Pick<Input, 'sentAt' | 'storedAt'>,
  streamTime: EpochMs,
): EpochMs {
  if (clock === 'sender') return sentAt ?? streamTime;
  return Math.min(storedAt, (sentAt ?? storedAt) + SENDER_LEAD_MS);
}
