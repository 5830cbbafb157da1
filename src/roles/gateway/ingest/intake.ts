import { ShoalError } from '../../../base/error.ts';
import { isObject, type Json, type JsonObject } from '../../../base/json.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Counter, Metrics } from '../../ports/metrics.ts';
import type { Gatekeeper } from '../keys/gatekeeper.ts';
import type { ApiKey } from '../keys/key.ts';
import { CustomerRate } from './customer-rate.ts';
import type { IngestRoute } from './ingest-route.ts';
import { Lanes, type LanesParts } from './lanes.ts';
import type { PrivateTraits } from './private-traits.ts';
import { readMessages, type Reading, type Refused } from './reading.ts';
import { Rejects } from './rejects.ts';
import {
  CUSTOMER_TOO_BUSY,
  failureReply,
  HISTORY_REFUSED,
  NOT_A_BATCH,
  strictRefusal,
  SUCCESS,
} from './replies.ts';

export interface IntakeParts extends LanesParts {
  readonly gatekeeper: Pick<Gatekeeper, 'charge'>;
  readonly privateTraits?: PrivateTraits | undefined;
  readonly eventBytesMax: number;
  readonly eventsPerSecondOfCustomer: number;
  /** 32 bits by chance. */
  readonly salt: number;
  readonly metrics: Metrics;
}

/** A request whose body is read. */
export interface Delivery {
  readonly request: HttpRequest;
  readonly route: IngestRoute;
  readonly key: ApiKey;
  /** The body, inflated. */
  readonly text: string;
  readonly json: Json;
}

/**
 * From messages to what is stored of them.
 *
 * 1. Between the parsing of a body and the writing of its events into the lanes nothing is waited
 *    for, but where they bear what is private: they are written while they lie in the processor's
 *    caches. After that nothing of the request is held.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #lanes: Lanes;
  readonly #rejects: Rejects;
  readonly #rate: CustomerRate;
  readonly #stored: Counter;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts);
    this.#rejects = new Rejects(parts);
    this.#rate = new CustomerRate(parts.eventsPerSecondOfCustomer, parts.salt);
    this.#stored = parts.metrics.counter(
      'shoal_ingest_stored_events_total',
      'Events that came in over HTTP and are stored.',
    );
  }

  /** Resolves when all that was taken is stored or given up. */
  async drained(): Promise<void> {
    await this.#lanes.drained();
    await this.#rejects.drained();
  }

  take(delivery: Delivery): HttpResponse | Promise<HttpResponse> {
    const { request, route, key, json } = delivery;
    if (route.kind === 'import' && key.kind === 'public') return HISTORY_REFUSED;
    const batch = route.kind === 'message' ? [json] : batchIn(json);
    if (batch === undefined) return NOT_A_BATCH;
    void this.#parts.gatekeeper.charge(key, request, Math.max(1, batch.length));
    const { events, refused } = this.#read(batch, delivery);
    if (refused.length > 0) {
      this.#rejects.tell(key.id, refused);
      const isStrict = request.headers.get('x-strict-mode') === '1';
      if ((isStrict || events.length === 0) && refused.every(isTooMany)) return CUSTOMER_TOO_BUSY;
      if (isStrict) return strictRefusal(refused);
    }
    if (events.length === 0) return SUCCESS;
    const { privateTraits } = this.#parts;
    if (privateTraits === undefined || !events.some((event) => privateTraits.concerns(event)))
      return this.#store(events, delivery);
    return this.#hideAndStore(privateTraits, events, delivery);
  }

  #read(batch: readonly Json[], { route, key, json, text }: Delivery): Reading {
    const { clock, eventBytesMax } = this.#parts;
    const receivedAt = clock.now();
    const isHistory = route.kind === 'import';
    const common = route.kind !== 'message' && isObject(json) ? json : NOTHING;
    return readMessages(batch, common, {
      key,
      type: route.kind === 'message' ? route.type : undefined,
      receivedAt,
      isHistory,
      eventBytesMax: text.length * UTF8_BYTES_MAX > eventBytesMax ? eventBytesMax : undefined,
      // What was long ago comes all at once.
      admits: (customer) => isHistory || this.#rate.admits(customer, receivedAt),
    });
  }

  #store(events: readonly CustomerEvent[], { route, text }: Delivery): Promise<HttpResponse> {
    const isHistory = route.kind === 'import';
    const settled = isHistory ? this.#lanes.import(events, text) : this.#lanes.store(events);
    return this.#reply(settled, events.length);
  }

  /** Holds nothing of the request: whoever waits long would have it copied by the collector. */
  async #reply(settled: Promise<Error | undefined>, events: number): Promise<HttpResponse> {
    const failure = await settled;
    if (failure === undefined) {
      this.#stored.add(events);
      return SUCCESS;
    }
    if (failure instanceof ShoalError) return failureReply(failure);
    throw failure;
  }

  /**
   * While the store is away, events with private attributes are left out, and only they. Of history
   * nothing is stored then: what is sent again must be the same.
   */
  async #hideAndStore(
    privateTraits: PrivateTraits,
    events: readonly CustomerEvent[],
    delivery: Delivery,
  ): Promise<HttpResponse> {
    let failure: ShoalError | undefined;
    const hidden = await Promise.all(
      events.map(async (event) => {
        if (!privateTraits.concerns(event)) return event;
        try {
          return await privateTraits.hide(event);
        } catch (error) {
          if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
          failure = error;
          return undefined;
        }
      }),
    );
    if (failure !== undefined && delivery.route.kind === 'import') return failureReply(failure);
    const left = hidden.filter((event) => event !== undefined);
    const response = left.length === 0 ? SUCCESS : await this.#store(left, delivery);
    return failure === undefined || response !== SUCCESS ? response : failureReply(failure);
  }
}

const NOTHING: JsonObject = {};

/** Of one UTF-16 unit, at most. */
const UTF8_BYTES_MAX = 3;

/** Segment's SDKs wrap the messages; an array is taken as it comes. */
function batchIn(json: Json): readonly Json[] | undefined {
  const batch = isObject(json) ? json['batch'] : json;
  return Array.isArray(batch) ? batch : undefined;
}

function isTooMany({ reason }: Refused): boolean {
  return reason === 'too-many';
}
