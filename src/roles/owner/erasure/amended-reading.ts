import type { Clock } from '../../ports/clock.ts';
import type { Log, OnMessages, StoredMessage } from '../../ports/log.ts';
import type { Logger } from '../../ports/logger.ts';
import { untilAnswered } from '../retry.ts';
import type { Amendments } from './amendments.ts';

/*
 * One reading of a partition's log in which nothing is missing.
 *
 * 1. Where sequences are missing, what stands in their place is handed over, in order, before what
 *    comes behind them.
 * 2. What has nothing in its place is lost: that is said, and passed over.
 */

/** So many are looked for at once. */
const LOOKS_MAX = 64;

export interface AmendedPlace {
  /** As it is. */
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stream: string;
  readonly amendments: Amendments;
  readonly onMessages: OnMessages;
}

export class AmendedReading {
  readonly #place: AmendedPlace;
  /** Where the log begins, what was erased there included. */
  readonly #beginning: () => Promise<number>;
  /** The sequence that comes next. */
  #expected: number;
  #first: number | undefined;

  /** @param amended tells the state of the log with what stands in the place of what was erased */
  constructor(amended: Pick<Log, 'state'>, place: AmendedPlace, fromSequence: number) {
    this.#place = place;
    this.#expected = fromSequence;
    this.#beginning = async () => (await amended.state(place.stream)).firstSequence;
  }

  /** @throws the signal's reason when it is aborted */
  async take(
    messages: readonly StoredMessage[],
    pending: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { onMessages } = this.#place;
    let run: StoredMessage[] = [];
    for (const message of messages) {
      if (message.sequence > this.#expected) {
        if (run.length > 0) await onMessages(run, pending + 1);
        run = [];
        await this.#fill(message.sequence, signal);
      }
      run.push(message);
      this.#expected = Math.max(this.#expected, message.sequence + 1);
    }
    if (run.length > 0) await onMessages(run, pending);
  }

  /** Hands over what stands in the place of the messages before a sequence. */
  async #fill(to: number, signal: AbortSignal): Promise<void> {
    const { onMessages, amendments } = this.#place;
    // Who begins before a log's beginning has a large hole before them.
    this.#first ??= await this.#ask(this.#beginning, signal);
    for (let at = Math.max(this.#expected, this.#first); at < to; at += LOOKS_MAX) {
      const sequences = Array.from({ length: Math.min(LOOKS_MAX, to - at) }, (_, i) => at + i);
      const look = (): Promise<(StoredMessage | undefined)[]> =>
        Promise.all(sequences.map((sequence) => amendments.find(sequence)));
      const found = (await this.#ask(look, signal)).filter((one) => one !== undefined);
      if (found.length < sequences.length) await this.#tellLost(sequences, found.length, signal);
      if (found.length > 0) await onMessages(found, to - at);
    }
  }

  /** What was trimmed meanwhile is not lost. */
  async #tellLost(sequences: readonly number[], found: number, signal: AbortSignal): Promise<void> {
    const { stream, logger } = this.#place;
    const first = await this.#ask(this.#beginning, signal);
    const [from = 0] = sequences;
    if (from < first) return;
    const messages = sequences.length - found;
    logger.error('messages of a log are missing', { stream, from, messages });
  }

  #ask<Answer>(action: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    return untilAnswered(this.#place, 'the log, for what was amended', action, signal);
  }
}
