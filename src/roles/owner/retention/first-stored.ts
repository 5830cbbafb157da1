import type { EpochMs } from '../../../base/time.ts';
import type { Log } from '../../ports/log.ts';

/**
 * The first sequence from which on all messages were stored at an instant or later, by bisection:
 * times ascend, and what is missing in between is passed over.
 *
 * @param at ms since the epoch
 * @returns  behind the last sequence when all are older
 */
export async function firstStoredSince(log: Log, stream: string, at: EpochMs): Promise<number> {
  const { firstSequence, lastSequence, firstStoredAt } = await log.state(stream);
  if (firstStoredAt >= at) return firstSequence;
  let [low, high] = [firstSequence, lastSequence + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await log.next(stream, middle);
    if (message !== undefined && message.storedAt < at) low = message.sequence + 1;
    else high = middle;
  }
  return low;
}
