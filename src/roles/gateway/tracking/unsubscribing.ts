import { createHash } from 'node:crypto';
import { ShoalError } from '../../../base/error.ts';
import type { CampaignId } from '../../../base/id.ts';
import type { LetterName } from '../../../wire/link.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Consents, ConsentScope } from '../../ports/ledger.ts';
import { ownPage } from '../answers.ts';
import type { EventLane } from './event-lane.ts';
import type { CampaignTitle } from './tracking.ts';
import { readWish, type Wish, type WishFault } from './unsubscribe-form.ts';
import {
  askingPage,
  donePage,
  misreadPage,
  PAGE_POLICY,
  troublePage,
  type LetterWords,
} from './unsubscribe-page.ts';

/*
 * Where somebody says that they want no more letters, or want them again.
 *
 * 1. A GET shows and changes nothing, since programs follow every link of a letter; a POST acts.
 * 2. The consent is written first, because every later letter looks at it; then the event. Only
 *    when both are stored the answer is 200; else it is 503, and the same request may come again.
 * 3. A repeated request changes nothing: the consent is the same, and the event counts once.
 * 4. RFC 8058's one click withdraws for all marketing mail (decision 0012). It is never redirected.
 */

export interface UnsubscribingParts {
  readonly consents: Pick<Consents, 'record'>;
  readonly campaigns: readonly CampaignTitle[];
  readonly sender: string;
  readonly clock: Clock;
  readonly lane: EventLane;
}

/** Mailbox providers wait longer; somebody before the page would not. */
const PATIENCE_MS = 5_000;

const STATUS_OF_FAULT: Readonly<Record<WishFault, number>> = {
  'too-large': 413,
  'media-type': 415,
  'no-choice': 400,
};

export class Unsubscribing {
  readonly #parts: UnsubscribingParts;
  readonly #titles: ReadonlyMap<CampaignId, CampaignTitle>;

  constructor(parts: UnsubscribingParts) {
    this.#parts = parts;
    this.#titles = new Map(parts.campaigns.map((each) => [each.id, each]));
  }

  /** @param count counts what became of the request */
  async answer(
    letter: LetterName,
    request: HttpRequest,
    count: (outcome: string) => void,
  ): Promise<HttpResponse> {
    const words = this.#wordsOf(letter);
    const now = this.#parts.clock.now();
    if (request.method !== 'POST') {
      count(request.method === 'HEAD' ? 'head' : 'shown');
      return ownPage(200, askingPage(words, now), PAGE_POLICY);
    }
    const wish = await readWishOf(request);
    if (typeof wish === 'string') {
      count(wish);
      return ownPage(STATUS_OF_FAULT[wish], misreadPage(), PAGE_POLICY);
    }
    const outcome = await this.#obey(letter, wish);
    count(outcome);
    if (outcome === 'stored') return ownPage(200, donePage(words, wish, now), PAGE_POLICY);
    // The same as before, so that what has landed and is sent again counts once.
    const shownAt = wish.shownAt === '' ? now : Number(wish.shownAt);
    const response = ownPage(503, troublePage(words, shownAt), PAGE_POLICY);
    return { ...response, headers: { ...response.headers, 'retry-after': '30' } };
  }

  async #obey(letter: LetterName, wish: Wish): Promise<string> {
    const { consents, clock, lane } = this.#parts;
    const { customer, campaign } = letter;
    const { state, source } = wish;
    const scope: ConsentScope = wish.isForAll ? '*' : campaign;
    const at = clock.now();
    try {
      await consents.record(customer, scope, { state, at, source });
    } catch (error) {
      if (error instanceof ShoalError && error.remedy === 'retry') return error.code;
      throw error;
    }
    const event = {
      type: 'track',
      customer,
      // It bears no `userId`: whoever is anonymous remains so.
      anonymousId: customer,
      at,
      messageId: messageIdOf(letter, wish),
      event: state === 'withdrawn' ? 'Unsubscribed' : 'Subscribed',
      properties: { campaign_id: campaign, letter_id: letter.letter, scope, source },
      context: {},
    } as const;
    return lane.store(event, PATIENCE_MS);
  }

  #wordsOf({ campaign }: LetterName): LetterWords {
    const title = this.#titles.get(campaign);
    return { campaign: title?.name, sender: title?.from.name ?? this.#parts.sender };
  }
}

/** A body that the server refuses as too large is too large; a peer that has gone says nothing. */
async function readWishOf(request: HttpRequest): Promise<Wish | WishFault> {
  try {
    return await readWish(request);
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
    return error.code === 'body-too-large' ? 'too-large' : 'no-choice';
  }
}

/** The same for a request that comes again, another one when somebody has thought again. */
function messageIdOf({ customer, letter }: LetterName, wish: Wish): string {
  const { state, isForAll, source, shownAt } = wish;
  const scope = JSON.stringify([customer, letter, state, isForAll, source, shownAt]);
  return createHash('sha256').update(scope).digest('hex');
}
