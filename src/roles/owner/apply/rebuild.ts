import type { Definitions } from '../../../compile/definitions.ts';
import { Partition } from '../../../engine/partition.ts';
import type { Input } from '../../../engine/protocol.ts';
import { decodeLogMessage } from '../../../wire/log-codec.ts';
import { eventsStream } from '../../../wire/subject.ts';
import type { StoredMessage, StreamState } from '../../ports/log.ts';
import { untilAnswered } from '../retry.ts';
import { SLICE_MS, type Turns } from '../turns.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';
import { inputOf } from './input.ts';
import { keyOf, Unapplied, type PutAside } from './put-aside.ts';
import { readTo } from './read-to.ts';

export interface RebuildPlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
  readonly turns: Turns;
  readonly partition: number;
  readonly putAside: PutAside;
}

/**
 * An engine that has read the whole log up to a sequence, and with it, under these definitions.
 * What it puts out is dropped: it has been told, or shall not be.
 *
 * @param current the engine whose place it is to take
 * @throws Unapplied when the engine fails inside a message
 * @throws the signal's reason when it is aborted
 * @throws ShoalError `log-changed` (retry) when the log ends before that
 */
export async function rebuild(
  place: RebuildPlace,
  current: Partition,
  definitions: Definitions,
  upToSequence: number,
  signal: AbortSignal,
): Promise<Partition> {
  const { world, settings, turns, partition } = place;
  const stream = eventsStream(partition);
  const ask = (): Promise<StreamState> => world.log.state(stream);
  const { firstSequence } = await untilAnswered(world, 'the log', ask, signal);
  // What was trimmed is history that new definitions do not have, but those customers are known.
  const rebuiltFor = { before: current, isTrimmed: firstSequence > 1 };
  const rebuilt = Partition.withDefinitions(settings.engine, definitions, rebuiltFor);
  async function apply(messages: readonly StoredMessage[]): Promise<boolean> {
    let sliceEndsAt = 0;
    for (const message of messages) {
      if (message.sequence > upToSequence || signal.aborted) break;
      if (world.clock.now() >= sliceEndsAt) {
        await turns.next();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      if (place.putAside.has(keyOf(message))) continue;
      const input = inputOf(message, decodeLogMessage(message.headers, message.body));
      if (input === undefined) continue;
      while (fireSome(rebuilt, input, message)) await turns.next();
      applyOne(rebuilt, input, message);
    }
    return false;
  }

  await readTo({ ...world, signal }, { stream, from: 1, to: upToSequence }, apply);
  return rebuilt;
}

/** Many timers may be due before a message. @returns false when few or none are left */
function fireSome(engine: Partition, input: Input, message: StoredMessage): boolean {
  try {
    return engine.fireSome(input) !== undefined;
  } catch (error) {
    throw new Unapplied(message, error);
  }
}

function applyOne(engine: Partition, input: Input, message: StoredMessage): void {
  try {
    engine.apply(input);
  } catch (error) {
    throw new Unapplied(message, error);
  }
}
