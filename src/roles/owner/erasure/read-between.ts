import type { Log, StoredMessage } from '../../ports/log.ts';
import { readUntil } from '../apply/read-until.ts';
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
 */
export async function readBetween(
  { world, log, turns, signal }: ErasurePlace,
  stream: string,
  [from, to]: readonly [number, number],
  look: (message: StoredMessage) => void | Promise<void>,
): Promise<void> {
  // A stream that never had a message ends at 0.
  if (from > to || to === 0) return;
  const handle = async (messages: readonly StoredMessage[], pending: number): Promise<boolean> => {
    let sliceEndsAt = 0;
    for (const message of messages) {
      if (message.sequence > to || signal.aborted) return true;
      if (world.clock.now() >= sliceEndsAt) {
        await turns.next();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      await look(message);
    }
    // What was the last may be gone by now: then nothing is pending.
    return pending === 0 || (messages.at(-1)?.sequence ?? 0) >= to;
  };
  await readUntil(log, stream, from, handle, signal);
  signal.throwIfAborted();
}
