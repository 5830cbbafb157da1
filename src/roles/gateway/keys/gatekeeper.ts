import { assert } from '../../../base/assert.ts';
import { murmur3 } from '../../../base/murmur.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Counter, Metrics } from '../../ports/metrics.ts';
import type { RateLimit, RateLimiting } from '../../ports/rate-limit.ts';
import { refusal } from '../answers.ts';
import { addressOf } from './address.ts';
import type { ApiKey, Keyring } from './key.ts';
import { secretOf } from './secret.ts';

/*
 * Who may come in, and how much of it.
 *
 * 1. Every refusal is counted with its reason. No secret and no address stands in a label or a log
 *    line.
 * 2. A key that is good is let in however many bad ones came from its address: others may share it.
 * 3. What is remembered of addresses is bounded: they share so many places. Which share one nobody
 *    can tell from outside.
 * 4. Waiting is said in whole seconds, and is never nothing.
 */

export interface GatekeeperParts {
  readonly keyring: Keyring;
  readonly limiting: RateLimiting;
  readonly limits: IngestLimits;
  /** Nobody outside knows it; the boot's name will do. */
  readonly salt: string;
  readonly metrics: Metrics;
}

export interface IngestLimits {
  /** Events a second of a key that names no limit of its own. */
  readonly eventsPerSecondOfKey: number;
  readonly eventsPerSecondOfAddress: number;
  /** How many proxies of ours stand before the gateway. */
  readonly trustedHops: number;
}

export type Admission =
  | { readonly kind: 'key'; readonly key: ApiKey }
  | { readonly kind: 'refused'; readonly response: HttpResponse };

/** Requests a second with a bad key, from one address; beyond them the answer is to wait. */
const BAD_KEYS_PER_SECOND = 10;
const PLACES = 65_536;

export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  readonly #refused: Counter;
  readonly #limited: Counter;
  readonly #badKeys: RateLimit;
  readonly #ofAddresses: RateLimit;
  /** By events a second: keys with the same limit are told apart by name. */
  readonly #ofKeys = new Map<number, RateLimit>();

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
    const { limiting, limits, metrics } = parts;
    this.#badKeys = limiting(BAD_KEYS_PER_SECOND);
    this.#ofAddresses = limiting(limits.eventsPerSecondOfAddress);
    this.#refused = metrics.counter(
      'shoal_keys_refused_requests_total',
      'Requests that were refused for their key, by reason.',
      ['reason'],
    );
    this.#limited = metrics.counter(
      'shoal_keys_limited_requests_total',
      'Requests that were told to wait, by what they had used up.',
      ['reason'],
    );
  }

  /**
   * Whose request it is.
   *
   * @param secret what the headers bear, or else the body
   */
  async identify(request: HttpRequest, secret = secretOf(request)): Promise<Admission> {
    const key = secret === undefined ? undefined : this.#parts.keyring.find(secret);
    if (key === undefined) {
      const isMissing = secret === undefined;
      return this.#refuseKey(request, isMissing ? 'no-key' : 'unknown-key');
    }
    if (!mayComeFrom(key, request)) {
      this.#refused.add(1, { reason: 'origin-refused' });
      return { kind: 'refused', response: ORIGIN_REFUSED };
    }
    return { kind: 'key', key };
  }

  /** For what only a server may ask. @returns the answer that refuses; undefined: it may */
  async requireServerKey(request: HttpRequest): Promise<HttpResponse | undefined> {
    const admission = await this.identify(request);
    if (admission.kind === 'refused') return admission.response;
    if (admission.key.kind === 'server') return undefined;
    this.#refused.add(1, { reason: 'server-key-wanted' });
    return SERVER_KEY_WANTED;
  }

  /**
   * Lets so many events of a key in, or says how long to wait; what is let in counts against the
   * key and the address.
   *
   * @param events at least 1
   * @returns ms, undefined: they are in
   */
  async admit(key: ApiKey, request: HttpRequest, events: number): Promise<number | undefined> {
    const waitMs = await this.waitMs(key, request);
    if (waitMs === undefined) await this.charge(key, request, events);
    return waitMs;
  }

  /** How long the key and the address must wait, ms; undefined: they may send. */
  async waitMs(key: ApiKey, request: HttpRequest): Promise<number | undefined> {
    const keyWaitMs = await this.#limitOf(key).waitMs(key.id);
    const waitMs = keyWaitMs ?? (await this.#ofAddresses.waitMs(this.#placeOf(request)));
    if (waitMs !== undefined)
      this.#limited.add(1, { reason: keyWaitMs === undefined ? 'address' : 'key' });
    return waitMs;
  }

  /** Counts what has come in against the key and the address. @param events at least 1 */
  async charge(key: ApiKey, request: HttpRequest, events: number): Promise<void> {
    await this.#limitOf(key).charge(key.id, events);
    await this.#ofAddresses.charge(this.#placeOf(request), events);
  }

  async #refuseKey(request: HttpRequest, reason: 'no-key' | 'unknown-key'): Promise<Admission> {
    const place = this.#placeOf(request);
    const waitMs = await this.#badKeys.waitMs(place);
    if (waitMs !== undefined) {
      this.#limited.add(1, { reason: 'bad-keys' });
      return { kind: 'refused', response: waitAnswer(waitMs, 'too many requests with a bad key') };
    }
    await this.#badKeys.charge(place, 1);
    this.#refused.add(1, { reason });
    return { kind: 'refused', response: REFUSALS[reason] };
  }

  #limitOf({ eventsPerSecond }: ApiKey): RateLimit {
    const perSecond = eventsPerSecond ?? this.#parts.limits.eventsPerSecondOfKey;
    assert(perSecond > 0, 'the file of keys lets only such limits through');
    const known = this.#ofKeys.get(perSecond);
    if (known !== undefined) return known;
    const limit = this.#parts.limiting(perSecond);
    this.#ofKeys.set(perSecond, limit);
    return limit;
  }

  #placeOf(request: HttpRequest): string {
    const { salt, limits } = this.#parts;
    return String(murmur3(`${salt}\n${addressOf(request, limits.trustedHops)}`) % PLACES);
  }
}

/** A browser names the origin, but when it gets something from the page's own. */
function mayComeFrom({ origins }: ApiKey, { method, headers }: HttpRequest): boolean {
  if (origins === undefined) return true;
  const origin = headers.get('origin');
  return origin === undefined ? method === 'GET' || method === 'HEAD' : origins.has(origin);
}

/** @param waitMs above 0 */
export function waitAnswer(waitMs: number, message: string): HttpResponse {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const hint = `send it again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}`;
  const response = refusal(429, 'too-many-requests', message, hint);
  return { ...response, headers: { ...response.headers, 'retry-after': String(seconds) } };
}

const HOW_TO_SEND = 'send it as the user of Basic authentication, or in the header X-Write-Key';

const REFUSALS = {
  'no-key': unauthorized('no-key', 'the request bears no key', HOW_TO_SEND),
  'unknown-key': unauthorized(
    'unknown-key',
    'this gateway does not know the key',
    'make one on its machine: shoal keys add <id>',
  ),
};

const ORIGIN_REFUSED = refusal(
  403,
  'origin-refused',
  'the key may not be used from this origin',
  'add the origin to the key in the file of keys, or take another key',
);

const SERVER_KEY_WANTED = refusal(
  403,
  'server-key-wanted',
  'a public key may only send events',
  'ask with a key of the kind "server": shoal keys add <id>',
);

function unauthorized(code: string, message: string, hint: string): HttpResponse {
  const response = refusal(401, code, message, hint);
  // Not Basic: a browser would ask the visitor of a shop for a password.
  const headers = { ...response.headers, 'www-authenticate': 'Bearer' };
  return { ...response, headers };
}
