import type { Log, StoredMessage } from '../../ports/log.ts';
import { readTo } from '../apply/read-to.ts';
import { SLICE_MS, type Turns } from '../turns.ts';
import type { OwnerWorld } from '../world.ts';

export interface ErasurePlace {
  readonly world: OwnerWorld;
  /** As it is, without what stands in the place of what was erased. */
  readonly log: Log;
  readonly turns: Turns;
  readonly partition: number;
  readonly signal: AbortSignal;
}

/**
 * Looks at the messages of a stream from one sequence to another, which must not lie behind its
 * last one; others get their turn meanwhile.
 *
 * @throws what the look throws, or the signal's reason when it is aborted
 * @throws ShoalError `log-changed` (retry) when the stream ends before that
 */
export async function readBetween(
  { world, log, turns, signal }: ErasurePlace,
  stream: string,
  [from, to]: readonly [number, number],
  look: (message: StoredMessage) => void | Promise<void>,
): Promise<void> {
  // A stream that never had a message ends at 0.
  if (to === 0) return;
  const handle = async (messages: readonly StoredMessage[]): Promise<boolean> => {
    let sliceEndsAt = 0;
    for (const message of messages) {
      if (message.sequence > to || signal.aborted) return true;
      if (world.clock.now() >= sliceEndsAt) {
        await turns.next();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      await look(message);
    }
    return false;
  };
  await readTo({ ...world, log, signal }, { stream, from, to }, handle);
  signal.throwIfAborted();
}
