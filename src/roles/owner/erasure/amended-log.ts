import { partitionOfEvents } from '../../../wire/subject.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  AppendOptions,
  Appended,
  Log,
  OnMessages,
  Reader,
  ReadOptions,
  StoredMessage,
  StreamSettings,
  StreamState,
} from '../../ports/log.ts';
import type { Logger } from '../../ports/logger.ts';
import { AmendedReading } from './amended-reading.ts';
import { Amendments, type AmendedMessage } from './amendments.ts';

/*
 * The log as those read it who replay a partition: in the place of a message that was erased, since
 * somebody in it was to be forgotten, stands what is left of it.
 *
 * 1. Sequences are contiguous again, but for what was trimmed: a log begins with the first message
 *    that is there or has one in its place.
 */

export interface AmendedWorld {
  /** As it is. */
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class AmendedLog implements Log {
  readonly #world: AmendedWorld;

  constructor(world: AmendedWorld) {
    this.#world = world;
  }

  ensureStream(settings: StreamSettings): Promise<void> {
    return this.#world.log.ensureStream(settings);
  }

  append(subject: string, body: Uint8Array, options?: AppendOptions): Promise<Appended> {
    return this.#world.log.append(subject, body, options);
  }

  last(stream: string, subject: string): Promise<StoredMessage | undefined> {
    return this.#world.log.last(stream, subject);
  }

  next(stream: string, fromSequence: number, subject?: string): Promise<StoredMessage | undefined> {
    return this.#world.log.next(stream, fromSequence, subject);
  }

  lastSequence(stream: string): Promise<number> {
    return this.#world.log.lastSequence(stream);
  }

  erase(stream: string, sequence: number): Promise<void> {
    return this.#world.log.erase(stream, sequence);
  }

  async at(stream: string, sequence: number): Promise<StoredMessage | AmendedMessage | undefined> {
    const message = await this.#world.log.at(stream, sequence);
    return message ?? (await this.#amendments(stream)?.find(sequence));
  }

  async state(stream: string): Promise<StreamState> {
    const state = await this.#world.log.state(stream);
    const amendments = this.#amendments(stream);
    if (amendments === undefined || state.firstSequence <= 1) return state;
    let { firstSequence, firstStoredAt } = state;
    for (;;) {
      const before = await amendments.find(firstSequence - 1);
      if (before === undefined) return { ...state, firstSequence, firstStoredAt };
      firstSequence = before.sequence;
      firstStoredAt = before.storedAt;
    }
  }

  async trim(stream: string, firstKept: number): Promise<void> {
    await this.#world.log.trim(stream, firstKept);
    await this.#amendments(stream)?.trim(firstKept);
  }

  read(
    stream: string,
    fromSequence: number,
    onMessages: OnMessages,
    onFailure: (error: unknown) => void,
    options?: ReadOptions,
  ): Reader {
    const amendments = this.#amendments(stream);
    if (amendments === undefined)
      return this.#world.log.read(stream, fromSequence, onMessages, onFailure, options);
    const stopping = new AbortController();
    const place = { ...this.#world, stream, amendments, onMessages };
    const reading = new AmendedReading(this, place, fromSequence);
    const take: OnMessages = async (messages, pending) => {
      try {
        await reading.take(messages, pending, stopping.signal);
      } catch (error) {
        // Only the end of the reading itself is no failure.
        if (!stopping.signal.aborted) throw error;
      }
    };
    const reader = this.#world.log.read(stream, fromSequence, take, onFailure, options);
    return {
      stop: async () => {
        stopping.abort();
        await reader.stop();
      },
    };
  }

  #amendments(stream: string): Amendments | undefined {
    const partition = partitionOfEvents(stream);
    return partition === undefined ? undefined : new Amendments(this.#world.log, partition);
  }
}
