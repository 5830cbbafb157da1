import { connectRedis } from '../../adapters/redis/connect.ts';
import { RedisConsents } from '../../adapters/redis/consents.ts';
import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import { RedisForgetSalt } from '../../adapters/redis/forgetting/salt.ts';
import { ShoalError } from '../../base/error.ts';
import type { Directory } from '../../roles/ports/directory.ts';
import type { ForgetSalt } from '../../roles/ports/forgetting.ts';
import type { Consents } from '../../roles/ports/ledger.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';

type Connection = Awaited<ReturnType<typeof connectRedis>>;

/**
 * Redis for a gateway, which serves before Redis is there: it connects beside, and until then every
 * call throws `store-away` (retry), as it does while Redis is away later.
 */
export class LateRedis {
  readonly #cluster: string;
  readonly #ending = new AbortController();
  readonly #connecting: Promise<void>;
  #connection: Connection | undefined;

  constructor({ redis, cluster }: Settings, logger: Logger) {
    this.#cluster = cluster;
    const world = { clock: systemClock, logger };
    this.#connecting = connectRedis(redis.url, world, this.#ending.signal).then(
      (connection) => {
        this.#connection = connection;
      },
      // It waits for Redis for as long as it takes, and ends otherwise only by `close`.
      () => undefined,
    );
  }

  consents(): Pick<Consents, 'record'> {
    const now = (): Consents => new RedisConsents(this.#connected(), this.#cluster);
    return { record: async (...args) => now().record(...args) };
  }

  directory(): Directory {
    const now = (): Directory => new RedisDirectory(this.#connected(), this.#cluster);
    return {
      put: async (...args) => now().put(...args),
      get: async (...args) => now().get(...args),
      join: async (...args) => now().join(...args),
      forget: async (...args) => now().forget(...args),
    };
  }

  salt(): ForgetSalt {
    const now = (): ForgetSalt => new RedisForgetSalt(this.#connected(), this.#cluster);
    return { salt: async () => now().salt() };
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#connecting;
    this.#connection?.disconnect();
  }

  #connected(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    throw new ShoalError({
      code: 'store-away',
      remedy: 'retry',
      message: 'Redis has not answered yet',
      hint: 'is it running?',
    });
  }
}
