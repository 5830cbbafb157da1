import { connectRedis } from '../../adapters/redis/connect.ts';
import { RedisConsents } from '../../adapters/redis/consents.ts';
import { ShoalError } from '../../base/error.ts';
import type { CustomerId } from '../../base/id.ts';
import type { Consent, Consents, ConsentScope } from '../../roles/ports/ledger.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';

type Connection = Awaited<ReturnType<typeof connectRedis>>;

/**
 * Consents of a gateway, which serves before Redis is there: it connects beside, and until then
 * every call throws `store-away` (retry), as it does while Redis is away later.
 */
export class LateConsents implements Pick<Consents, 'record'> {
  readonly #ending = new AbortController();
  readonly #connecting: Promise<void>;
  #connected: { readonly redis: Connection; readonly consents: Consents } | undefined;

  constructor({ redis, cluster }: Settings, logger: Logger) {
    const world = { clock: systemClock, logger };
    this.#connecting = connectRedis(redis.url, world, this.#ending.signal).then(
      (connection) => {
        this.#connected = {
          redis: connection,
          consents: new RedisConsents(connection, cluster),
        };
      },
      // It waits for Redis for as long as it takes, and ends otherwise only by `close`.
      () => undefined,
    );
  }

  async record(customer: CustomerId, scope: ConsentScope, consent: Consent): Promise<void> {
    if (this.#connected === undefined) {
      throw new ShoalError({
        code: 'store-away',
        remedy: 'retry',
        message: 'Redis has not answered yet',
        hint: 'is it running?',
      });
    }
    await this.#connected.consents.record(customer, scope, consent);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#connecting;
    this.#connected?.redis.disconnect();
  }
}
