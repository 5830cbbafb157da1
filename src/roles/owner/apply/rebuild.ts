import type { Definitions } from '../../../compile/definitions.ts';
import { Partition } from '../../../engine/partition.ts';
import { decodeLogMessage } from '../../../wire/log-codec.ts';
import { eventsStream } from '../../../wire/subject.ts';
import type { Log, Reader, StoredMessage } from '../../ports/log.ts';
import { SLICE_MS, type Turns } from '../turns.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';
import { inputOf } from './input.ts';

export interface RebuildPlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
  readonly turns: Turns;
  readonly partition: number;
}

/**
 * An engine that has read the whole log up to a sequence, and with it, under these definitions.
 * What it puts out is dropped: it has been told, or shall not be.
 *
 * @throws the signal's reason when it is aborted
 */
export async function rebuild(
  place: RebuildPlace,
  definitions: Definitions,
  upToSequence: number,
  signal: AbortSignal,
): Promise<Partition> {
  const { world, settings, turns, partition } = place;
  const rebuilt = Partition.withDefinitions(settings.engine, definitions);
  /** @returns true when the end has been reached */
  async function apply(messages: readonly StoredMessage[]): Promise<boolean> {
    let sliceEndsAt = 0;
    for (const message of messages) {
      if (message.sequence > upToSequence || signal.aborted) break;
      if (world.clock.now() >= sliceEndsAt) {
        await turns.next();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      const input = inputOf(message, decodeLogMessage(message.headers, message.body));
      if (input !== undefined) rebuilt.apply(input);
    }
    return (messages.at(-1)?.sequence ?? 0) >= upToSequence;
  }

  await readUntil(world.log, eventsStream(partition), apply, signal);
  return rebuilt;
}

/** Reads a stream from its start until a handler says that it is enough. */
async function readUntil(
  log: Log,
  stream: string,
  handle: (messages: readonly StoredMessage[]) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let reader: Reader | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const onMessages = async (messages: readonly StoredMessage[]): Promise<void> => {
        if (await handle(messages)) resolve();
      };
      reader = log.read(stream, 1, onMessages, reject);
    });
  } finally {
    await reader?.stop();
  }
}
