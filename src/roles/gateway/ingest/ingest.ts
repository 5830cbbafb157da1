import { ShoalError } from '../../../base/error.ts';
import { isObject, type Json } from '../../../base/json.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Logger } from '../../ports/logger.ts';
import { refusal } from '../answers.ts';
import type { Desk } from '../desk.ts';
import { withCors } from '../keys/cors.ts';
import { waitAnswer, type Admission, type Gatekeeper } from '../keys/gatekeeper.ts';
import type { Keyring } from '../keys/key.ts';
import { secretOf } from '../keys/secret.ts';
import { Figures } from './figures.ts';
import { INGEST_ROUTES, type IngestRoute } from './ingest-route.ts';
import { Intake, type IntakeParts } from './intake.ts';
import { inflatedText, isGzip, keptOf, parseJson, textOf, type Kept } from './json-body.ts';
import { BUSY, CLOSING, failureReply, POST_WANTED } from './replies.ts';

/*
 * Where events come in over HTTP, as the SDKs of Segment and RudderStack send them.
 *
 * 1. 200 means that everything valid is stored. What is not valid is counted and told of in
 *    `shoal.rejected`, and does not keep the rest from being stored.
 * 2. In strict mode one bad message keeps all from being stored.
 * 3. 429 and 503 mean: send it again. A part may be stored already; a message with a `messageId`
 *    counts once all the same.
 * 4. What waits is bounded, by bytes; beyond them requests are answered with 429 unread.
 * 5. No secret, no customer and nothing of a body stands in a log line or a label.
 */

export interface IngestParts extends IntakeParts {
  readonly gatekeeper: Gatekeeper;
  readonly keyring: Keyring;
  /** Of one body, inflated. */
  readonly batchBytesMax: number;
  /** Of all bodies that are being dealt with. */
  readonly waitingBytesMax: number;
  readonly logger: Logger;
}

export class Ingest implements Desk {
  readonly #parts: IngestParts;
  readonly #intake: Intake;
  readonly #figures: Figures;
  #waitingBytes = 0;
  #isClosing = false;

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#intake = new Intake(parts);
    this.#figures = new Figures(parts.metrics);
  }

  /** @returns undefined for what is none of its paths; the promise never rejects */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const route = INGEST_ROUTES.get(request.path);
    if (route === undefined) return undefined;
    return request.method === 'POST' ? this.#answer(request, route) : Promise.resolve(POST_WANTED);
  }

  /** Takes no more; resolves when what it has taken is stored or given up. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#intake.drained();
  }

  async #answer(request: HttpRequest, route: IngestRoute): Promise<HttpResponse> {
    const startedMs = performance.now();
    const response = await this.#take(request, route).catch((error: unknown) =>
      this.#failed(error),
    );
    this.#figures.answered(response.status, performance.now() - startedMs);
    if (request.headers.has('x-retry-count')) this.#figures.retried.add(1);
    if (!request.headers.has('origin')) return response;
    return withCors(response, request, this.#parts.keyring.all());
  }

  #failed(error: unknown): HttpResponse {
    if (error instanceof ShoalError) return failureReply(error);
    this.#parts.logger.error('a request with events failed', { error });
    return refusal(500, 'request-failed', 'the request failed', 'see the log of the gateway');
  }

  async #take(request: HttpRequest, route: IngestRoute): Promise<HttpResponse> {
    const body = await request.body(keptOf);
    const { batchBytesMax, waitingBytesMax } = this.#parts;
    if (this.#isClosing) return CLOSING;
    // What comes out of gzip is not known yet; it is at most so much.
    const bytes = isGzip(body) ? batchBytesMax : body.length;
    if (this.#waitingBytes + bytes > waitingBytesMax) return BUSY;
    this.#wait(bytes);
    // What is awaited here would keep the body until the answer.
    return this.#open(request, route, body).finally(() => this.#wait(-bytes));
  }

  #wait(bytes: number): void {
    this.#waitingBytes += bytes;
    this.#figures.waiting.set(this.#waitingBytes);
  }

  /** Whoever names no key in the headers may do so in the body, which must be read for it. */
  async #open(request: HttpRequest, route: IngestRoute, body: Kept): Promise<HttpResponse> {
    const { eventBytesMax, batchBytesMax } = this.#parts;
    const bytesMax = route.kind === 'message' ? eventBytesMax : batchBytesMax;
    const secret = secretOf(request);
    const known = secret === undefined ? undefined : await this.#admit(request, secret);
    if (known?.kind === 'refused') return known.response;
    const text = isGzip(body) ? await inflatedText(body, bytesMax) : textOf(body, bytesMax);
    const json = parseJson(text);
    const admission = known ?? (await this.#admit(request, secretIn(json)));
    if (admission.kind === 'refused') return admission.response;
    return this.#intake.take({ request, route, key: admission.key, text, json });
  }

  async #admit(request: HttpRequest, secret: string | undefined): Promise<Admission> {
    const { gatekeeper } = this.#parts;
    const admission = await gatekeeper.identify(request, secret);
    if (admission.kind === 'refused') return admission;
    const waitMs = await gatekeeper.waitMs(admission.key, request);
    if (waitMs === undefined) return admission;
    const response = waitAnswer(waitMs, 'more events than are allowed in a second');
    return { kind: 'refused', response };
  }
}

function secretIn(json: Json): string | undefined {
  const key = isObject(json) ? json['writeKey'] : undefined;
  return typeof key === 'string' ? key : undefined;
}
