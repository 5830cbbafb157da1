/*
 * What the gateway answers to requests. Everything is read, nothing is changed, but at its desks:
 * events that come in, links of letters; what goes wrong is an answer with a code, a message and a
 * hint.
 */
import type { SegmentId } from '../../base/id.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpRequest, HttpResponse } from '../ports/http.ts';
import type { Logger } from '../ports/logger.ts';
import type { Inbox } from '../ports/mail.ts';
import type { Counter } from '../ports/metrics.ts';
import { answer, foreignHtml, html, json, refusal } from './answers.ts';
import { INBOX_CSS, inboxPage, letterPage } from './inbox-page.ts';
import type { Desk } from './desk.ts';
import type { LetterPreview } from './letter-preview.ts';
import { SILENT_MS, type PartitionStatuses } from './partition-statuses.ts';

/** A file of the page, with its media type. Those under `/assets/` bear a hash in their name. */
export interface Asset {
  readonly type: string;
  readonly body: Uint8Array;
}

/** A segment as a person sees it. */
export interface SegmentTitle {
  readonly id: SegmentId;
  readonly name: string;
  readonly description?: string | undefined;
}

export interface RouteParts {
  readonly segments: readonly SegmentTitle[];
  /** By path, `/` among them. */
  readonly assets: ReadonlyMap<string, Asset>;
  readonly inbox?: Inbox | undefined;
  /** Asked in turn, before all else. */
  readonly desks: readonly Desk[];
  /** Shows letters that were not sent. */
  readonly preview?: Pick<LetterPreview, 'answer'> | undefined;
  /** The figures of all roles of this process, in Prometheus' text format. */
  readonly metricsText: () => Promise<string>;
  readonly statuses: PartitionStatuses;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly requests: Counter;
}

type Route = () => HttpResponse | Promise<HttpResponse>;

export class Routes {
  readonly #parts: RouteParts;
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(parts: RouteParts) {
    this.#parts = parts;
    this.#routes = new Map<string, Route>([
      ['/livez', () => json(200, { live: true })],
      ['/readyz', () => this.#readiness()],
      ['/metrics', async () => answer(200, METRICS_TYPE, await parts.metricsText())],
      ['/v1/segments', () => json(200, parts.segments.map(titleOf))],
      ['/v1/live', () => UPGRADE_WANTED],
      ['/inbox.css', () => answer(200, 'text/css; charset=utf-8', INBOX_CSS)],
    ]);
  }

  /** Never rejects. */
  async answer(request: HttpRequest): Promise<HttpResponse> {
    const response = await this.#answer(request);
    const { status, code = '' } = response;
    this.#parts.requests.add(1, { status, code });
    return response;
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    for (const desk of this.#parts.desks) {
      const answered = desk.answer(request);
      if (answered !== undefined) return answered;
    }
    const { method, path } = request;
    if (method !== 'GET' && method !== 'HEAD') return METHOD_NOT_ALLOWED;
    try {
      const route = this.#routes.get(path);
      if (route !== undefined) return await route();
      const asset = this.#parts.assets.get(path);
      if (asset !== undefined) return file(path, asset);
      const previewed = await this.#parts.preview?.answer(request);
      return previewed ?? this.#inbox(path) ?? notFound(path);
    } catch (error) {
      this.#parts.logger.error('a request failed', { path, error });
      return refusal(500, 'request-failed', 'the request failed', 'see the log of the gateway');
    }
  }

  #readiness(): HttpResponse {
    const { statuses, clock } = this.#parts;
    const missing = statuses.missing();
    const silent = statuses.silent(clock.now() - SILENT_MS);
    const outdated = statuses.outdated();
    const ready = missing.length + silent.length + outdated.length === 0;
    if (ready) return json(200, { ready });
    return json(503, { ready, partitions: { missing, silent, outdated } });
  }

  /** `/inbox`, `/inbox/<id>` and `/inbox/<id>/body`. */
  #inbox(path: string): HttpResponse | undefined {
    const [, root, id, body, ...more] = path.split('/');
    if (root !== 'inbox' || more.length > 0) return undefined;
    const { inbox } = this.#parts;
    if (inbox === undefined) return NO_INBOX;
    if (id === undefined) return html(inboxPage(inbox.letters()));
    const letter = inbox.letters().find((each) => each.id === id);
    if (letter === undefined) return undefined;
    if (body === undefined) return html(letterPage(letter));
    return body === 'body' ? foreignHtml(letter.html) : undefined;
  }
}

/** Definitions come with their rules, which are nobody's business here. */
function titleOf({ id, name, description }: SegmentTitle): SegmentTitle {
  return { id, name, description };
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const NO_INBOX = refusal(
  404,
  'no-inbox',
  'this gateway has no inbox',
  'the demo has one; elsewhere letters go to the SMTP server of the settings',
);

const UPGRADE_WANTED = refusal(
  426,
  'upgrade-wanted',
  'live counts are sent over a WebSocket',
  'connect to this address with ws:// and send {"type":"subscribe","segments":["*"]}',
);

const METHOD_NOT_ALLOWED: HttpResponse = withHeader(
  refusal(405, 'method-not-allowed', 'only GET and HEAD are answered', 'send a GET'),
  'allow',
  'GET, HEAD',
);

function notFound(path: string): HttpResponse {
  const hint =
    path === '/'
      ? 'the page is not built: npm run build'
      : 'there are /, /inbox, /livez, /metrics, /readyz, /v1/live and /v1/segments';
  return refusal(404, 'not-found', `there is nothing at ${JSON.stringify(path)}`, hint);
}

function file(path: string, { type, body }: Asset): HttpResponse {
  const hashed = path.startsWith('/assets/');
  const caching = hashed ? 'public, max-age=31536000, immutable' : 'no-cache';
  return answer(200, type, body, { 'cache-control': caching });
}

function withHeader(response: HttpResponse, name: string, value: string): HttpResponse {
  return { ...response, headers: { ...response.headers, [name]: value } };
}
