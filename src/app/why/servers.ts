import type { Nats } from '../../adapters/nats/connect.ts';
import { createLogger } from '../../adapters/pino/logger.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { ShoalError } from '../../base/error.ts';
import type { DurationMs } from '../../base/time.ts';
import { connectLog } from '../service/role-context.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';

/** Who asks wants an answer, not to wait for a server that is away. */
const CONNECT_WITHIN_MS: DurationMs = 5_000;

export type Redis = Awaited<ReturnType<typeof connectRedis>>;

/**
 * Works with a connection to NATS, and ends it.
 *
 * @throws ShoalError `log-away` (retry) when there is no NATS within five seconds
 */
export async function withNats<Result>(
  settings: Settings,
  name: string,
  work: (nats: Nats) => Promise<Result>,
): Promise<Result> {
  const logger = createLogger('error', { role: name });
  const nats = await inTime('NATS', 'log-away', (signal) =>
    connectLog(settings, logger, name, signal),
  );
  try {
    return await work(nats);
  } finally {
    await nats.close();
  }
}

/** The same with Redis. @throws ShoalError `store-away` (retry) */
export async function withRedis<Result>(
  settings: Settings,
  name: string,
  work: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  const world = { clock: systemClock, logger: createLogger('error', { role: name }) };
  const redis = await inTime('Redis', 'store-away', (signal) =>
    connectRedis(settings.redis.url, world, signal),
  );
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function inTime<Server>(
  what: string,
  code: 'log-away' | 'store-away',
  connect: (signal: AbortSignal) => Promise<Server>,
): Promise<Server> {
  const signal = AbortSignal.timeout(CONNECT_WITHIN_MS);
  try {
    return await connect(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new ShoalError({
      code,
      remedy: 'retry',
      message: `${what} does not answer within ${CONNECT_WITHIN_MS / 1_000} s`,
      hint: 'is it running? shoal config shows the address, shoal doctor looks further',
      cause,
    });
  }
}
