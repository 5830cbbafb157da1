import { RedisCheckpointStore } from '../../adapters/redis/checkpoint-store.ts';
import { RedisLeases } from '../../adapters/redis/leases.ts';
import { RedisSuspects } from '../../adapters/redis/suspects.ts';
import { startOwner } from '../../roles/owner/owner.ts';
import { RETENTION_EVERY_MS } from '../../roles/owner/protocol.ts';
import { systemClock } from '../system-clock.ts';
import { holderName, isGone } from './holder.ts';
import { connectServers, type RoleContext, type RunningRole } from './role-context.ts';

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
      definitions,
      checkpointEveryMs: settings.checkpoint.intervalMs,
      uploadBytesPerSecondMax: settings.checkpoint.bytesPerSecondMax,
      historyMs: settings.historyMs,
      historyBytesMax: settings.historyBytesMax === 0 ? undefined : settings.historyBytesMax,
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
