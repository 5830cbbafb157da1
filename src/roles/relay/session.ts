import { isDeepStrictEqual } from 'node:util';
import { ShoalError } from '../../base/error.ts';
import { transitionsStream } from '../../wire/subject.ts';
import { decodeRecord } from '../../wire/transition-record.ts';
import { pause } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PositionStore } from '../ports/store.ts';
import {
  distrust,
  emptyBookmark,
  loadBookmark,
  saveBookmark,
  type Bookmark,
  type Place,
} from './bookmark.ts';
import { Feed } from './feed.ts';
import { Carrier } from './parcels/carrier.ts';
import type { DeliveryParts } from './parcels/delivery.ts';
import { Progress } from './progress.ts';
import { readPublished, type Published } from './published.ts';
import { TriggerLane } from './trigger-lane.ts';
import { TRIGGERS } from '../ports/triggers-stream.ts';

/*
 * One stretch of relaying, from a look at what has been published to the first doubt.
 *
 * 1. A session trusts its bookmark unless it is told not to, or `shoal-triggers` ends before it;
 *    then it goes by what `shoal-triggers` itself holds, all of it.
 * 2. While the store is away the session goes on: what could not be written down is found again in
 *    `shoal-triggers`, and what is passed on is carried once more.
 * 3. Nothing says of a parcel that it has arrived, but the bookmark.
 */

export interface SessionParts extends DeliveryParts {
  readonly positions: PositionStore;
  readonly cluster: string;
  /** No other session of any relay has the same. */
  readonly name: string;
  /** How many partitions there are; all are read. */
  readonly partitions: number;
}

/**
 * Why a session ended. `gap`: the bookmark does not fit the transitions. `doubt`: a trigger may not
 * have been stored.
 */
export type SessionEnd = 'stopped' | 'gap' | 'doubt';

const SAVE_EVERY_MS = 1_000;

/**
 * Relays until there is a doubt or the signal is aborted; nothing is under way any more then.
 *
 * @throws ShoalError (retry) when a server does not answer; every other error as it comes
 */
export async function runSession(
  parts: SessionParts,
  isTrusted: boolean,
  signal: AbortSignal,
): Promise<SessionEnd> {
  const { log, cluster, partitions, logger } = parts;
  await log.ensureStream(TRIGGERS);
  const { bookmark, saved } = await beginningBookmark(parts, isTrusted);
  const { end, numbers } = await readPublished(log, cluster, bookmark.scanned, signal);
  logger.info('the relay goes on', {
    behind: bookmark.scanned,
    published: end,
    partitions,
  });
  return new Session(parts, { bookmark, saved, numbers, end }).run(signal);
}

interface Begun {
  readonly bookmark: Bookmark;
  /** Undefined when what is written down cannot be trusted. */
  readonly saved: Bookmark | undefined;
}

async function beginningBookmark(
  { log, positions, partitions, logger }: SessionParts,
  isTrusted: boolean,
): Promise<Begun> {
  const saved = await loadBookmark(positions, partitions);
  const last = await log.lastSequence(TRIGGERS.name);
  if (isTrusted && saved.scanned >= 0 && saved.scanned <= last) return { bookmark: saved, saved };
  const { scanned, places } = saved;
  logger.warn('the relay goes by what shoal-triggers holds', { bookmark: scanned, last });
  await distrust(positions);
  const carried = await Promise.all(places.map((place, p) => trustedNumber(log, p, place)));
  return { bookmark: emptyBookmark(carried), saved: undefined };
}

/**
 * Up to which number all has arrived, by a place; 0 when the transitions are not those that it was
 * written down for: then other ones may bear those numbers. The record itself may have been erased.
 */
async function trustedNumber(
  log: Log,
  partition: number,
  { sequence, carried }: Place,
): Promise<number> {
  if (carried === 0) return 0;
  const message = await log.next(transitionsStream(partition), Math.max(1, sequence));
  return message !== undefined && decodeRecord(message.body).to >= carried ? carried : 0;
}

/** What a session begins with. */
type Beginning = Published & Begun;

class Session {
  readonly #parts: SessionParts;
  readonly #ending = new AbortController();
  readonly #lane: TriggerLane;
  readonly #carrier: Carrier;
  readonly #progress: Progress;
  readonly #feeds: readonly Feed[];
  /** What is written down; undefined: nothing of use. */
  #saved: Bookmark | undefined;
  #end: SessionEnd = 'stopped';
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: SessionParts, { bookmark, saved, numbers, end }: Beginning) {
    this.#parts = parts;
    this.#saved = saved;
    this.#progress = new Progress(bookmark, numbers);
    const onFailure = (error: unknown): void => this.#fail(error);
    const onDoubt = (outcome: string): void => {
      parts.logger.warn('a trigger may not have been stored', { outcome });
      this.#finish('doubt');
    };
    this.#lane = new TriggerLane({ log: parts.log, name: parts.name, end, onDoubt, onFailure });
    this.#carrier = new Carrier({ ...parts, onFailure });
    const way = { lane: this.#lane, carrier: this.#carrier, progress: this.#progress };
    const shared = { ...parts, ...way, onFailure, onGap: () => this.#finish('gap') };
    this.#feeds = bookmark.places.map((place, partition) => {
      const number = Math.max(place.number, numbers.get(partition) ?? 0);
      return new Feed({ ...shared, partition, place: { ...place, number } });
    });
  }

  async run(signal: AbortSignal): Promise<SessionEnd> {
    const ending = AbortSignal.any([signal, this.#ending.signal]);
    while (await pause(this.#parts.clock, SAVE_EVERY_MS, ending)) await this.#save();
    const carried = this.#carrier.close();
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
    await carried;
    await this.#lane.settled();
    this.#lane.close();
    await this.#save();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#end;
  }

  async #save(): Promise<void> {
    const { positions, logger, figures } = this.#parts;
    for (const [partition, waiting] of this.#carrier.waiting.entries()) {
      figures.parcelsBehind.set(waiting, { partition });
    }
    const now = this.#progress.bookmark(this.#lane.stored);
    if (isDeepStrictEqual(now, this.#saved)) return;
    try {
      await saveBookmark(positions, now);
      this.#saved = now;
    } catch (error) {
      if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
      logger.warn('the relay cannot write down how far it has come', { code: error.code });
    }
  }

  #finish(end: SessionEnd): void {
    if (this.#ending.signal.aborted) return;
    this.#end = end;
    this.#ending.abort();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#ending.abort();
  }
}
