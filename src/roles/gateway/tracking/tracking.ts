import { assert } from '../../../base/assert.ts';
import type { CampaignId } from '../../../base/id.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import { openLink, type Link, type LinkKind, type Seal } from '../../../wire/link.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Consents } from '../../ports/ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Counter, Metrics } from '../../ports/metrics.ts';
import { answer, ownPage, refusal } from '../answers.ts';
import { EventLane, type Stored } from './event-lane.ts';
import { PAGE_POLICY, unknownPage } from './unsubscribe-page.ts';
import { Unsubscribing } from './unsubscribing.ts';
import { comesByProxy, looksAhead } from './visitor.ts';

/*
 * What letters link to: `/c/<token>` leads on and tells of the click, `/o/<token>.gif` is a picture
 * that tells of the opening, `/u/<token>` is where one unsubscribes.
 *
 * 1. The visitor comes first: they are led on, or get the picture, though the log be away. What
 *    could not be told by then is lost, counted with its reason, and said in the log once.
 * 2. Whoever only looks ahead (HEAD, prefetching, previews) gets the same answer and no event.
 * 3. A token that was changed, or is for another kind of address, is answered with 404 alone.
 * 4. No customer, no address and no token stands in log lines or labels.
 */

/** A campaign as the one who unsubscribes from it sees it. */
export interface CampaignTitle {
  readonly id: CampaignId;
  readonly name: string;
  readonly from: { readonly name: string };
}

export interface TrackingSettings {
  readonly seal: Seal;
  readonly log: Pick<Log, 'append'>;
  readonly consents: Pick<Consents, 'record'>;
  readonly campaigns: readonly CampaignTitle[];
  /** The sender of letters whose campaign is gone. */
  readonly sender: string;
  /** Names this boot: no other gateway has the same. */
  readonly boot: string;
}

export interface TrackingParts extends TrackingSettings {
  readonly partitions: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** How long a visitor may wait for the log, ms. */
const PATIENCE_MS = 1_000;

const KINDS: Readonly<Record<string, LinkKind>> = { c: 'click', o: 'open', u: 'unsubscribe' };

export class Tracking {
  readonly #parts: TrackingParts;
  readonly #lane: EventLane;
  readonly #requests: Counter;
  readonly #unsubscribing: Unsubscribing;
  #told = 0;
  #isLosing = false;

  constructor(parts: TrackingParts) {
    this.#parts = parts;
    this.#lane = new EventLane(parts);
    this.#requests = parts.metrics.counter(
      'shoal_tracking_requests_total',
      'Requests for the links of letters, by kind and by what became of them.',
      ['kind', 'outcome'],
    );
    this.#unsubscribing = new Unsubscribing({ ...parts, lane: this.#lane });
  }

  /** @returns undefined for what is no link of a letter; the promise never rejects */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const [, room = '', token] = /^\/([cou])\/(.*)$/s.exec(request.path) ?? [];
    const kind = KINDS[room];
    return kind === undefined || token === undefined
      ? undefined
      : this.#answer(kind, token, request);
  }

  async #answer(kind: LinkKind, token: string, request: HttpRequest): Promise<HttpResponse> {
    const count = (outcome: string): void => this.#requests.add(1, { kind, outcome });
    if (!METHODS[kind].includes(request.method)) {
      count('bad-method');
      return notAllowed(METHODS[kind]);
    }
    const link = openLink(this.#parts.seal, kind === 'open' ? withoutGif(token) : token);
    if (link?.kind !== kind) {
      count('bad-token');
      return ownPage(404, unknownPage(), PAGE_POLICY);
    }
    try {
      if (kind === 'unsubscribe') return await this.#unsubscribing.answer(link, request, count);
      return await this.#visit(link, request, count);
    } catch (error) {
      count('failed');
      // Not the path: who has the token can act for the customer.
      this.#parts.logger.error('a request for a link of a letter failed', { kind, error });
      return refusal(500, 'request-failed', 'the request failed', 'see the log of the gateway');
    }
  }

  async #visit(
    link: Link,
    request: HttpRequest,
    count: (outcome: string) => void,
  ): Promise<HttpResponse> {
    if (request.method === 'HEAD') count('head');
    else if (looksAhead(request)) count('prefetch');
    else count(await this.#tell(eventOf(link, request)));
    return link.kind === 'click' ? leadOn(link.url) : PICTURE;
  }

  async #tell(event: LinkEvent): Promise<Stored> {
    const { clock, boot } = this.#parts;
    this.#told += 1;
    const stored = await this.#lane.store(
      {
        type: 'track',
        at: clock.now(),
        messageId: `${boot}.${this.#told}`,
        context: {},
        // It bears no `userId`: whoever is anonymous remains so.
        anonymousId: event.customer,
        ...event,
      },
      PATIENCE_MS,
    );
    this.#noteLoss(stored);
    return stored;
  }

  #noteLoss(stored: Stored): void {
    const isLost = stored !== 'stored';
    if (isLost === this.#isLosing) return;
    this.#isLosing = isLost;
    const { logger } = this.#parts;
    if (isLost) logger.error('clicks and openings are being lost', { reason: stored });
    else logger.info('clicks and openings are stored again');
  }
}

type LinkEvent = Pick<CustomerEvent, 'customer' | 'event' | 'properties'>;

function eventOf(link: Link, request: HttpRequest): LinkEvent {
  const { customer, campaign, letter } = link;
  const of: JsonObject = { campaign_id: campaign, letter_id: letter };
  if (link.kind === 'click')
    return { customer, event: 'Email Clicked', properties: { ...of, url: link.url } };
  assert(link.kind === 'open', 'the other kind is answered elsewhere');
  const properties = { ...of, verified: !comesByProxy(request) };
  return { customer, event: 'Email Opened', properties };
}

const METHODS: Readonly<Record<LinkKind, readonly string[]>> = {
  click: ['GET', 'HEAD'],
  open: ['GET', 'HEAD'],
  unsubscribe: ['GET', 'HEAD', 'POST'],
};

function notAllowed(methods: readonly string[]): HttpResponse {
  const allowed = methods.join(', ');
  const message = `only ${allowed} are answered here`;
  const response = refusal(405, 'method-not-allowed', message, 'open the link with a browser');
  return { ...response, headers: { ...response.headers, allow: allowed } };
}

/** Written anew, so that no address can hold a line break or what is not ASCII. */
function leadOn(url: string): HttpResponse {
  const headers = { location: new URL(url).href, 'x-robots-tag': 'noindex' };
  return answer(302, 'text/plain; charset=utf-8', '', headers);
}

/** The token of a picture without its ending is no picture of ours. */
function withoutGif(token: string): string {
  return token.endsWith('.gif') ? token.slice(0, -'.gif'.length) : '';
}

/** One transparent pixel. */
const PICTURE: HttpResponse = answer(
  200,
  'image/gif',
  Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64'),
  // Mail programs show it on pages of other origins.
  { 'cross-origin-resource-policy': 'cross-origin' },
);
