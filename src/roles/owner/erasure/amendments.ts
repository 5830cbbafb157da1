import { crc32 } from '../../../base/crc32.ts';
import {
  decodeAmended,
  encodeAmended,
  encodeHighest,
  highestAmended,
  type Amended,
} from '../../../wire/amended/amended-message.ts';
import type { Names } from '../../../wire/amended/names.ts';
import { withoutCustomers } from '../../../wire/amended/without.ts';
import {
  amendedStream,
  amendedSubject,
  eventsStream,
  eventsSubject,
} from '../../../wire/subject.ts';
import type { Log, StoredMessage } from '../../ports/log.ts';
import { firstStoredSince } from '../retention/first-stored.ts';

/*
 * The messages that stand in the place of erased ones of one partition's log.
 *
 * 1. What stands in a message's place is stored before the message is erased.
 * 2. The last of those that stand for one message counts. It is written only behind the one that
 *    it was made from: so what two owners take out of one message is out of it.
 * 3. The last message of the stream stays: it tells up to where messages were erased.
 */

/** What stands in the place of an erased message, as if it were that message. */
export interface AmendedMessage extends StoredMessage {
  /** CRC-32 of the body that the message had at first. */
  readonly firstCrc: number;
}

/** CRC-32 of the body that a message of the log had when it was stored. */
export function firstCrc(message: StoredMessage | AmendedMessage): number {
  return 'firstCrc' in message ? message.firstCrc : crc32(message.body);
}

/** `none`: it holds nobody of them. `again`: somebody else has amended it meanwhile. */
export type AmendOutcome = 'done' | 'none' | 'again';

export class Amendments {
  readonly #log: Log;
  readonly #partition: number;
  readonly #stream: string;

  /** @param log as it is, without what stands in the place of what was erased */
  constructor(log: Log, partition: number) {
    this.#log = log;
    this.#partition = partition;
    this.#stream = amendedStream(partition);
  }

  /** @param sequence of the message in the partition's log */
  async find(sequence: number): Promise<AmendedMessage | undefined> {
    return this.#read(await this.#last(sequence));
  }

  /** Up to where messages of the log may have been erased; 0 when none has been. */
  async highest(): Promise<number> {
    const last = await this.#log.last(this.#stream, '>');
    return last === undefined ? 0 : highestAmended(last.headers);
  }

  /**
   * Takes customers out of a message of the log, or out of what stands in its place. May be called
   * again after any failure.
   */
  async amend(sequence: number, names: Names): Promise<AmendOutcome> {
    const stored = await this.#last(sequence);
    const amended = this.#read(stored);
    const message = amended ?? (await this.#log.at(eventsStream(this.#partition), sequence));
    const body = message && withoutCustomers(message, names);
    if (amended === undefined && body === undefined) return 'none';
    if (message !== undefined && body !== undefined) {
      const { storedAt, headers } = message;
      const crc = firstCrc(message);
      const isStored = await this.#store({ sequence, storedAt, crc, headers, body }, stored);
      if (!isStored) return 'again';
      if (stored !== undefined) await this.#log.erase(this.#stream, stored.sequence);
    }
    await this.#log.erase(eventsStream(this.#partition), sequence);
    return 'done';
  }

  /**
   * Takes customers out of a message of the stream itself: one that another has taken the place of
   * is erased.
   */
  async amendAgain(stored: StoredMessage, names: Names): Promise<AmendOutcome> {
    const amended = decodeAmended(stored);
    if (amended === undefined || withoutCustomers(amended, names) === undefined) return 'none';
    const last = await this.#last(amended.sequence);
    if (last === undefined || last.sequence === stored.sequence)
      return this.amend(amended.sequence, names);
    await this.#log.erase(this.#stream, stored.sequence);
    return 'done';
  }

  /** Removes what stands for messages that were trimmed. @param firstKept of the log */
  async trim(firstKept: number): Promise<void> {
    await this.#dropBefore(firstKept);
    const { firstStoredAt } = await this.#log.state(eventsStream(this.#partition));
    const { firstSequence, lastSequence } = await this.#log.state(this.#stream);
    // What was written before the log's first message was stored stands for older ones.
    const young = await firstStoredSince(this.#log, this.#stream, firstStoredAt);
    const kept = Math.min(young, lastSequence);
    if (kept > firstSequence) await this.#log.trim(this.#stream, kept);
  }

  /** Those right before the first that is kept would seem to belong to the log. */
  async #dropBefore(firstKept: number): Promise<void> {
    for (let sequence = firstKept - 1; sequence > 0; sequence--) {
      const stored = await this.#last(sequence);
      if (stored === undefined) return;
      if (stored.sequence === (await this.#log.lastSequence(this.#stream))) {
        const { subject, headers, body } = encodeHighest(this.#partition, await this.highest());
        await this.#log.append(subject, body, { headers });
      }
      await this.#log.erase(this.#stream, stored.sequence);
    }
  }

  async #store(amended: Amended, before: StoredMessage | undefined): Promise<boolean> {
    const highest = Math.max(await this.highest(), amended.sequence);
    const { subject, headers, body } = encodeAmended(this.#partition, amended, highest);
    const expectedLastSequence = before?.sequence ?? 0;
    const { kind } = await this.#log.append(subject, body, { headers, expectedLastSequence });
    return kind === 'stored';
  }

  #last(sequence: number): Promise<StoredMessage | undefined> {
    return this.#log.last(this.#stream, amendedSubject(this.#partition, sequence));
  }

  #read(stored: StoredMessage | undefined): AmendedMessage | undefined {
    const amended = stored && decodeAmended(stored);
    if (amended === undefined) return undefined;
    const { crc: firstCrc, ...rest } = amended;
    return { ...rest, firstCrc, subject: eventsSubject(this.#partition) };
  }
}
