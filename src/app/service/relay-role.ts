import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import { RedisPositionStore } from '../../adapters/redis/position-store.ts';
import { startRelay } from '../../roles/relay/relay.ts';
import { systemClock } from '../system-clock.ts';
import { customerStores } from './customer-stores.ts';
import { connectServers, type RoleContext, type RunningRole } from './role-context.ts';

/** Connects and runs a relay of all partitions. */
export async function runRelay(context: RoleContext): Promise<RunningRole> {
  const { settings, boot, logger, metrics, onFailure } = context;
  const { nats, redis, disconnect } = await connectServers(context);
  const directory = new RedisDirectory(redis, settings.cluster);
  const relay = startRelay({
    log: nats.log,
    positions: new RedisPositionStore(redis, settings.cluster),
    directory: settings.privateAttributes.size === 0 ? undefined : directory,
    stores: customerStores(redis, settings.cluster),
    cluster: settings.cluster,
    boot,
    partitions: settings.partitions,
    clock: systemClock,
    logger,
    metrics,
    onFailure,
  });
  return {
    stop: async () => {
      await relay.stop();
      await disconnect();
    },
  };
}
