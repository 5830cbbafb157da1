import { RedisCheckpointStore } from '../../adapters/redis/checkpoint-store.ts';
import { RedisLeases } from '../../adapters/redis/leases.ts';
import { RedisSeenStore } from '../../adapters/redis/seen-store.ts';
import { RedisSuspects } from '../../adapters/redis/suspects.ts';
import { RedisPendingErasures } from '../../adapters/redis/forgetting/pending-erasures.ts';
import { RedisStoreFile } from '../../adapters/redis/forgetting/store-file.ts';
import { RedisPositionStore } from '../../adapters/redis/position-store.ts';
import { startOwner } from '../../roles/owner/owner.ts';
import { RETENTION_EVERY_MS } from '../../roles/owner/protocol.ts';
import { systemClock } from '../system-clock.ts';
import type { ErasingWorld } from '../../roles/owner/world.ts';
import type { Settings } from '../settings.ts';
import { customerStores } from './customer-stores.ts';
import { holderName, isGone } from './holder.ts';
import {
  connectServers,
  type RoleContext,
  type RoleServers,
  type RunningRole,
} from './role-context.ts';

/** Connects and runs an owner of all partitions. */
export async function runOwner(context: RoleContext): Promise<RunningRole> {
  const { boot, settings, definitions, logger, metrics, onFailure } = context;
  const { nats, redis, disconnect } = await connectServers(context);
  const owner = startOwner(
    {
      log: nats.log,
      bus: nats.bus,
      checkpoints: new RedisCheckpointStore(redis, settings.cluster),
      leases: new RedisLeases(redis, settings.cluster),
      suspects: new RedisSuspects(redis, settings.cluster),
      seen: new RedisSeenStore(redis, settings.cluster),
      erasing: erasingOf(redis, settings),
      clock: systemClock,
      logger,
      metrics,
    },
    {
      partitions: Array.from({ length: settings.partitions }, (_, partition) => partition),
      boot,
      holder: holderName(boot),
      isGone: (holder) => isGone(holder, boot),
      engine: {
        clock: settings.clock,
        graceMs: settings.graceMs,
        dedupWindowMs: settings.dedup.windowMs,
        dedupIdsMax: settings.dedup.idsMax,
        partitions: settings.partitions,
      },
      privateAttributes: settings.privateAttributes,
      definitions,
      checkpointEveryMs: settings.checkpoint.intervalMs,
      uploadBytesPerSecondMax: settings.checkpoint.bytesPerSecondMax,
      historyMs: settings.historyMs,
      historyBytesMax: settings.historyBytesMax === 0 ? undefined : settings.historyBytesMax,
      transitionsHistoryMs: settings.transitionsHistoryMs,
      erasureEveryMs: settings.erasure.intervalMs,
      forgottenNoticeMs: settings.erasure.noticeMs,
      retentionEveryMs: RETENTION_EVERY_MS,
      acceptGap: settings.acceptGap,
      onFailure,
    },
  );
  return {
    stop: async () => {
      await owner.stop();
      await disconnect();
    },
  };
}

function erasingOf(redis: RoleServers['redis'], settings: Settings): ErasingWorld {
  const { cluster } = settings;
  return {
    pending: new RedisPendingErasures(redis, cluster),
    positions: new RedisPositionStore(redis, cluster),
    stores: customerStores(redis, cluster),
    file: new RedisStoreFile(redis),
  };
}
