import { RedisCheckpointStore } from '../../adapters/redis/checkpoint-store.ts';
import { startOwner } from '../../roles/owner/owner.ts';
import { systemClock } from '../system-clock.ts';
import { connectLog, connectStore, type RoleContext, type RunningRole } from './role-context.ts';

/** Connects and runs an owner of all partitions. */
export async function runOwner(context: RoleContext): Promise<RunningRole> {
  const { boot, settings, definitions, logger, metrics, signal, onFailure } = context;
  const nats = await connectLog(settings, logger, 'owner', signal);
  const redis = await connectStore(context);
  const owner = startOwner(
    {
      log: nats.log,
      bus: nats.bus,
      checkpoints: new RedisCheckpointStore(redis, settings.cluster),
      clock: systemClock,
      logger,
      metrics,
    },
    {
      partitions: Array.from({ length: settings.partitions }, (_, partition) => partition),
      boot,
      engine: {
        clock: settings.clock,
        graceMs: settings.graceMs,
        dedupWindowMs: settings.dedup.windowMs,
        dedupIdsMax: settings.dedup.idsMax,
      },
      definitions,
      checkpointEveryMs: settings.checkpoint.intervalMs,
      onFailure,
    },
  );
  return {
    stop: async () => {
      await owner.stop();
      await nats.close();
      redis.disconnect();
    },
  };
}
