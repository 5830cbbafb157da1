import { transitionsStream } from '../../wire/subject.ts';
import { decodeRecord, type TransitionRecord } from '../../wire/transition-record.ts';
import { encodeTrigger, isQuiet } from '../../wire/trigger.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, Reader, StoredMessage } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Place } from './bookmark.ts';
import type { Figures } from './figures.ts';
import type { Carrier, Freight } from './parcels/carrier.ts';
import type { Piece, Progress } from './progress.ts';
import type { TriggerLane } from './trigger-lane.ts';
import { TRIGGER_AGE_MS_MAX } from '../ports/triggers-stream.ts';

/*
 * Hands one partition's transitions to the lane, and what it passes on to the carrier, in the order
 * of their numbers.
 *
 * 1. A number that has been published is passed over, and likewise one that has been carried.
 * 2. A number is never skipped unnoticed: at a gap the feed stops, or, when the log has been read
 *    from its beginning, says how many are lost and goes on.
 * 3. Without a place to go on from, what is older than triggers are kept is passed over: it may
 *    have been published and forgotten. What is passed on is carried whatever its age.
 */

export interface FeedParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly cluster: string;
  readonly partition: number;
  readonly lane: TriggerLane;
  readonly carrier: Carrier;
  readonly progress: Progress;
  /** What is dealt with; sequence 0: nothing is known, the log is read from its beginning. */
  readonly place: Place;
  /** Told when a number is missing that the log may still hold. */
  readonly onGap: () => void;
  readonly onFailure: (error: unknown) => void;
}

export class Feed {
  readonly #parts: FeedParts;
  /** The last number that is published or passed over; 0: none is known. */
  #number: number;
  /** The last number whose parcel has arrived, or is under way. */
  #carried: number;
  /** The sequence of the last record that was read. */
  #sequence: number;
  /** Whether all was read from the log's beginning on, without an interruption. */
  #isWhole: boolean;
  #hasStopped = false;
  readonly #reader: Reader;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#number = parts.place.number;
    this.#carried = parts.place.carried;
    this.#sequence = parts.place.sequence;
    this.#isWhole = this.#sequence === 0;
    const { log, partition, onFailure } = parts;
    const take = (messages: readonly StoredMessage[], pending: number): Promise<void> =>
      this.#take(messages, pending);
    const onBegin = (): Promise<void> => this.#checkEnd();
    const stream = transitionsStream(partition);
    this.#reader = log.read(stream, this.#sequence + 1, take, onFailure, { onBegin });
  }

  /** The lane must be closed, or have room again. */
  async stop(): Promise<void> {
    this.#hasStopped = true;
    await this.#reader.stop();
  }

  /** A stream that ends before what was read has lost its tail: its sequences are used again. */
  async #checkEnd(): Promise<void> {
    if (this.#sequence === 0) return;
    const { log, partition } = this.#parts;
    this.#isWhole = false;
    if ((await log.lastSequence(transitionsStream(partition))) < this.#sequence) this.#stopAtGap();
  }

  async #take(messages: readonly StoredMessage[], pending: number): Promise<void> {
    const { figures, partition } = this.#parts;
    for (const message of messages) {
      if (this.#hasStopped) return;
      await this.#relay(message, decodeRecord(message.body));
      this.#sequence = message.sequence;
    }
    figures.behind.set(pending, { partition });
  }

  async #relay(message: StoredMessage, record: TransitionRecord): Promise<void> {
    const { lane, progress, partition } = this.#parts;
    if (this.#number > 0 && record.from > this.#number + 1) this.#onGap(record);
    if (this.#hasStopped) return;
    const { sequence } = message;
    const number = Math.max(record.to, this.#number);
    const carried = Math.max(record.to, this.#carried);
    const piece = progress.begin(partition, { sequence, number, carried }, lane.handed);
    await this.#carry(message, record, piece);
    this.#carried = carried;
    if (!this.#isExpired(message, record)) await this.#put(record);
    this.#number = number;
    // A record whose triggers are not all handed over is never dealt with.
    if (!this.#hasStopped) piece.end(lane.handed);
  }

  async #carry(
    { body }: StoredMessage,
    { items, from }: TransitionRecord,
    piece: Piece,
  ): Promise<void> {
    const { carrier, partition } = this.#parts;
    const freight = items.flatMap((effect, i): readonly Freight[] => {
      const n = from + i;
      const isPassed = effect.kind === 'passed' || effect.kind === 'forgotten';
      return isPassed && n > this.#carried ? [{ n, effect }] : [];
    });
    if (freight.length === 0) return piece.arrived();
    while (!carrier.hasRoom(partition)) await carrier.arrived();
    carrier.carry(partition, freight, body.length, () => piece.arrived());
  }

  async #put({ items, from }: TransitionRecord): Promise<void> {
    const { lane, cluster, partition, figures } = this.#parts;
    for (const [i, effect] of items.entries()) {
      const number = from + i;
      if (number <= this.#number) continue;
      while (!lane.hasRoom) await lane.ended();
      if (this.#hasStopped) return;
      lane.put(encodeTrigger({ cluster, partition, number }, effect));
      const audience = isQuiet(effect) ? 'mirrors' : 'all';
      figures.triggers.add(1, { kind: effect.kind, audience });
    }
  }

  #isExpired({ storedAt }: StoredMessage, { items, to }: TransitionRecord): boolean {
    const { clock, figures, place } = this.#parts;
    const isKnown = place.sequence > 0 || storedAt >= clock.now() - TRIGGER_AGE_MS_MAX;
    if (isKnown || to <= this.#number) return false;
    figures.dropped.add(items.length, { reason: 'expired' });
    return true;
  }

  #onGap({ from, kind }: TransitionRecord): void {
    const { logger, figures, partition } = this.#parts;
    const isAccepted = kind === 'gap';
    if (!this.#isWhole && !isAccepted) return this.#stopAtGap();
    const lost = from - this.#number - 1;
    logger.error('transitions are no longer in the log, they have no triggers, parcels are lost', {
      partition,
      after: this.#number,
      lost,
    });
    figures.dropped.add(lost, { reason: 'lost' });
  }

  #stopAtGap(): void {
    this.#hasStopped = true;
    this.#parts.onGap();
  }
}
