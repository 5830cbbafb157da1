import { connectNats, type Nats } from '../../adapters/nats/connect.ts';
import { createLogger } from '../../adapters/pino/logger.ts';
import { createMetrics, type PromMetrics } from '../../adapters/prom/metrics.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { checkDurability } from '../../adapters/redis/durability-check.ts';
import type { Definitions } from '../../compile/definitions.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';

/** The roles that run in worker threads; the gateway runs on the main one. */
export type WorkerRole = 'owner' | 'relay' | 'mailer';

/** What a worker thread is started with; plain data. */
export interface RoleOrder {
  readonly role: WorkerRole;
  /** Names this boot: no other has the same. */
  readonly boot: string;
  readonly settings: Settings;
  readonly definitions: Definitions;
}

/** What a role is built from, in whatever thread it runs. */
export interface RoleContext extends RoleOrder {
  readonly logger: Logger;
  readonly metrics: PromMetrics;
  /** Aborted when the process is to stop. */
  readonly signal: AbortSignal;
  /** Told what ends the role for good. */
  readonly onFailure: (error: unknown) => void;
}

/** A role that runs. */
export interface RunningRole {
  stop(): Promise<void>;
}

export function contextOf(
  order: RoleOrder,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): RoleContext {
  const logger = createLogger(order.settings.log.level, { role: order.role });
  return { ...order, logger, metrics: createMetrics(false), signal, onFailure };
}

/** Connects to NATS as a role; while there is none, says once a second what it waits for. */
export function connectLog(
  settings: Settings,
  logger: Logger,
  name: string,
  signal: AbortSignal,
): Promise<Nats> {
  const servers = settings.nats.url.split(',');
  return connectNats({ servers, name: `shoal-${name}` }, { clock: systemClock, logger }, signal);
}

/** What a role in a worker stands on. */
export interface RoleServers {
  readonly nats: Nats;
  readonly redis: Awaited<ReturnType<typeof connectRedis>>;
  readonly disconnect: () => Promise<void>;
}

/**
 * Connects a role to NATS and Redis; leaves no connection when it fails, since one would keep the
 * thread alive.
 *
 * @throws ShoalError `store-volatile` (stop) where Redis would lose what it acknowledges
 * @throws the signal's reason when it is aborted
 */
export async function connectServers(context: RoleContext): Promise<RoleServers> {
  const { settings, logger, role, signal } = context;
  const nats = await connectLog(settings, logger, role, signal);
  try {
    const redis = await connectStore(context);
    const disconnect = async (): Promise<void> => {
      await nats.close();
      redis.disconnect();
    };
    return { nats, redis, disconnect };
  } catch (error) {
    await nats.close();
    throw error;
  }
}

async function connectStore({
  settings,
  logger,
  signal,
}: RoleContext): Promise<RoleServers['redis']> {
  const redis = await connectRedis(settings.redis.url, { clock: systemClock, logger }, signal);
  try {
    if (!settings.allowVolatileRedis) await checkDurability(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
