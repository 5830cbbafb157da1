import { connectRedis } from '../../../src/adapters/redis/connect.ts';
import { RedisCheckpointStore } from '../../../src/adapters/redis/checkpoint-store.ts';
import { RedisLeases } from '../../../src/adapters/redis/leases.ts';
import { RedisPositionStore } from '../../../src/adapters/redis/position-store.ts';
import { RedisSeenStore } from '../../../src/adapters/redis/seen-store.ts';
import { RedisSuspects } from '../../../src/adapters/redis/suspects.ts';
import { storeContract } from '../../contract/store.ts';
import { startRedis } from '../../support/servers.ts';
import { eventually, RecordingLogger, systemClock } from '../../support/world.ts';

storeContract('Redis', async () => {
  const server = await startRedis();
  const redis = await connectRedis(server.url, {
    clock: systemClock,
    logger: new RecordingLogger(),
  });
  return {
    checkpoints: new RedisCheckpointStore(redis, 'test'),
    leases: new RedisLeases(redis, 'test'),
    suspects: new RedisSuspects(redis, 'test'),
    seen: new RedisSeenStore(redis, 'test'),
    positions: new RedisPositionStore(redis, 'test'),
    settled: () =>
      eventually('the append-only file is written', async () => {
        const told = await redis.info('persistence');
        return /^aof_buffer_length:0\r?$/m.test(told) && /^aof_pending_bio_fsync:0/m.test(told);
      }),
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: async () => {
      redis.disconnect();
      await server.stop();
    },
  };
});
