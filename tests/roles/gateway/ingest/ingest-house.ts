import { memoryLimiting } from '../../../../src/adapters/rate-limiter/memory-limit.ts';
import { Ingest, type IngestParts } from '../../../../src/roles/gateway/ingest/ingest.ts';
import { Gatekeeper } from '../../../../src/roles/gateway/keys/gatekeeper.ts';
import type { HttpResponse } from '../../../../src/roles/ports/http.ts';
import { REAL_CLOCK, SILENT_LOGGER } from '../../../support/quiet-world.ts';
import { RecordingMetrics } from '../../../support/world.ts';
import { keyringOf, secretOfKey } from '../keys/keyring.ts';
import { basic, request } from '../keys/request.ts';
import { HeldLog } from './held-log.ts';

export const ORIGIN = 'https://shop.example.com';

const keyring = keyringOf(
  { id: 'shop', kind: 'server' },
  { id: 'web', kind: 'public', origins: new Set([ORIGIN]) },
  { id: 'slow', kind: 'server', eventsPerSecond: 1 },
);

export interface Sent {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** The headers with which the server key sends. */
export const SHOP = { authorization: basic(secretOfKey('shop')) };

/** The desk where events come in, with a log that the test holds. */
export class IngestHouse {
  readonly log = new HeldLog();
  readonly metrics = new RecordingMetrics();
  readonly ingest: Ingest;

  constructor(more: Partial<IngestParts> = {}) {
    this.log.always = 'stored';
    const { log, metrics } = this;
    const limits = { eventsPerSecondOfKey: 1e6, eventsPerSecondOfAddress: 1e6, trustedHops: 0 };
    const keys = { keyring, limiting: memoryLimiting, limits, metrics };
    const gatekeeper = new Gatekeeper({ ...keys, salt: '' });
    this.ingest = new Ingest({
      ...{ log, clock: REAL_CLOCK, partitions: 4, boot: 'b', salt: 1, metrics },
      ...{ eventBytesMax: 32_768, batchBytesMax: 524_288, waitingBytesMax: 1e6 },
      ...{ eventsPerSecondOfCustomer: 1_000, logger: SILENT_LOGGER, gatekeeper, keyring },
      ...more,
    });
  }

  /** @param body sent as JSON, unless it is text or bytes */
  async send(body: unknown, sent: Sent = {}): Promise<HttpResponse> {
    const { path = '/v1/batch', headers = SHOP, method = 'POST' } = sent;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const bytes = Buffer.from(isRaw ? body : JSON.stringify(body));
    const asked = request(headers, { path, method }, bytes);
    return (await this.ingest.answer(asked)) ?? { status: 0, headers: {}, body: '' };
  }

  /** Whom the events in the partitions' logs are about; what is rejected is elsewhere. */
  get stored(): string[] {
    return this.log.appended
      .filter(({ subject }) => subject.startsWith('shoal.events.'))
      .flatMap(({ message }) => (message.kind === 'events' ? message.events : []))
      .map(({ customer }) => customer)
      .toSorted();
  }

  get rejected(): string[] {
    const subjects = this.log.appended.map(({ subject }) => subject);
    return subjects.filter((subject) => subject.startsWith('shoal.rejected.'));
  }
}

/** The status and what the body says. */
export function told({ status, body }: HttpResponse): unknown {
  return { status, ...(JSON.parse(String(body)) as object) }; // every answer is an object
}

export function track(userId: string, more: object = {}): object {
  return { type: 'track', event: 'Seen', userId, messageId: `m-${userId}`, ...more };
}

export function batch(...messages: readonly unknown[]): object {
  return { batch: messages };
}
