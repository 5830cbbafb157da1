import { Redis, type RedisOptions } from 'ioredis';
import { ShoalError } from '../../base/error.ts';
import { quickenText } from '../../base/quick-text.ts';
import type { Clock } from '../../roles/ports/clock.ts';
import type { Logger } from '../../roles/ports/logger.ts';

// ioredis has just derived a class from `String`.
quickenText();

/**
 * From architecture, "Parts". With ioredis's own defaults a lost reply runs INCR, MULTI and EVAL
 * twice: nothing is sent again here, and nothing waits in a queue that we do not see.
 */
const OPTIONS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: 5_000,
  connectTimeout: 2_000,
  lazyConnect: true,
} satisfies RedisOptions;

const RETRY_MS = 1_000;
const RECONNECT_MS = 100;

/**
 * Connects to Redis. While there is none it says so once a second and goes on waiting; a connection
 * that is lost later comes back by itself, and calls made in between fail with `store-away`.
 *
 * @param url `redis://[user:password@]host:port`
 * @throws the signal's reason when it is aborted
 */
export async function connectRedis(
  url: string,
  world: { readonly clock: Clock; readonly logger: Logger },
  signal?: AbortSignal,
): Promise<Redis> {
  const { clock, logger } = world;
  let isConnected = false;
  const retryStrategy = (): number | null => (isConnected ? RECONNECT_MS : null);
  const redis = new Redis(url, { ...OPTIONS, retryStrategy });
  let lastError = 'none';
  // Errors of the connection come here as well as to the calls that they hit.
  redis.on('error', (error: unknown) => (lastError = String(error)));
  for (;;) {
    try {
      signal?.throwIfAborted();
      await redis.connect();
      break;
    } catch {
      redis.disconnect();
      logger.info('waiting for redis', { url: withoutPassword(url), error: lastError });
      await clock.sleep(RETRY_MS, signal);
    }
  }
  isConnected = true;
  tellOfAbsence(redis, logger);
  return redis;
}

function tellOfAbsence(redis: Redis, logger: Logger): void {
  let isUp = true;
  redis.on('end', () => (isUp = false));
  redis.on('reconnecting', () => {
    if (isUp) logger.warn('redis is away, reconnecting');
    isUp = false;
  });
  redis.on('ready', () => {
    if (!isUp) logger.info('redis is back');
    isUp = true;
  });
}

/** Runs a command; whatever keeps it from being answered becomes `store-away`. */
export async function call<Result>(command: Promise<Result>): Promise<Result> {
  try {
    return await command;
  } catch (cause) {
    throw new ShoalError({
      code: 'store-away',
      remedy: 'retry',
      message: `Redis does not answer as it should: ${String(cause)}`,
      hint: 'is it running, and has it memory and disk left?',
      cause,
    });
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
