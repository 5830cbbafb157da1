import type { CampaignId, CustomerId } from '../../base/id.ts';
import { own, type JsonObject } from '../../base/json.ts';
import type { Log, Reader } from '../../roles/ports/log.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { decodeLogMessage } from '../../wire/log-codec.ts';
import { eventsStream } from '../../wire/subject.ts';
import { systemClock } from '../system-clock.ts';

/** What became of one campaign's letters. */
export interface LetterFigures {
  readonly sent: number;
  /** How many were not sent, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Letters that were opened, and clicked, at least once. */
  readonly opened: number;
  readonly clicked: number;
  /** Orders of customers whose last click was in such a letter. */
  readonly bought: number;
  readonly unsubscribed: number;
}

class Tally implements LetterFigures {
  sent = 0;
  readonly skipped = new Map<string, number>();
  readonly openedLetters = new Set<string>();
  readonly clickedLetters = new Set<string>();
  bought = 0;
  unsubscribed = 0;

  get opened(): number {
    return this.openedLetters.size;
  }

  get clicked(): number {
    return this.clickedLetters.size;
  }
}

/** Adds up what the log tells of the letters of some campaigns. */
export class LetterBook {
  readonly #tallies: ReadonlyMap<CampaignId, Tally>;
  readonly #lastClick = new Map<CustomerId, Tally>();

  constructor(campaigns: readonly { readonly id: CampaignId }[]) {
    this.#tallies = new Map(campaigns.map(({ id }) => [id, new Tally()]));
  }

  get figures(): ReadonlyMap<CampaignId, LetterFigures> {
    return this.#tallies;
  }

  /** @param event those of one customer in the order of the log */
  take({ customer, event, properties }: CustomerEvent): void {
    if (event === 'Order Completed') return this.#takeOrder(customer);
    const text = (name: string): string => textOf(properties, name);
    const tally = this.#tallies.get(text('campaign_id'));
    if (tally === undefined) return;
    switch (event) {
      case 'Campaign Decided':
        if (text('decision') === 'sent') tally.sent++;
        else if (text('decision') !== 'waiting') count(tally.skipped, text('reason'));
        return;
      case 'Email Opened':
        return void tally.openedLetters.add(text('letter_id'));
      case 'Email Clicked':
        tally.clickedLetters.add(text('letter_id'));
        return void this.#lastClick.set(customer, tally);
      case 'Unsubscribed':
        tally.unsubscribed++;
    }
  }

  #takeOrder(customer: CustomerId): void {
    const tally = this.#lastClick.get(customer);
    if (tally === undefined) return;
    tally.bought++;
    this.#lastClick.delete(customer);
  }
}

function textOf(properties: JsonObject, name: string): string {
  const value = own(properties, name);
  return typeof value === 'string' ? value : '';
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

export interface Following {
  /** Resolves when all is read that is stored by now. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_AGAIN_MS = 50;

/** Keeps a book from now on, of what all partitions store. */
export async function keepBook(
  log: Log,
  partitions: number,
  book: LetterBook,
  onFailure: (error: unknown) => void,
): Promise<Following> {
  const streams = Array.from({ length: partitions }, (_, partition) => eventsStream(partition));
  let hasFailed = false;
  const fail = (error: unknown): void => {
    hasFailed = true;
    onFailure(error);
  };
  const places = await Promise.all(streams.map((stream) => log.lastSequence(stream)));
  const readers = streams.map((stream, partition): Reader =>
    log.read(
      stream,
      (places[partition] ?? 0) + 1,
      async (messages) => {
        for (const { headers, body, sequence } of messages) {
          const message = decodeLogMessage(headers, body);
          if (message.kind === 'events') for (const event of message.events) book.take(event);
          places[partition] = sequence;
        }
      },
      fail,
    ),
  );
  return {
    caughtUp: async () => {
      const ends = await Promise.all(streams.map((stream) => log.lastSequence(stream)));
      const isBehind = (): boolean =>
        !hasFailed && ends.some((end, partition) => (places[partition] ?? 0) < end);
      while (isBehind()) await systemClock.sleep(LOOK_AGAIN_MS);
    },
    stop: async () => void (await Promise.all(readers.map((reader) => reader.stop()))),
  };
}
