import { expect, test } from 'vitest';
import { connectRedis } from '../../../../src/adapters/redis/connect.ts';
import { RedisDirectory } from '../../../../src/adapters/redis/directory/directory.ts';
import { directoryContract } from '../../../contract/directory.ts';
import { startRedis } from '../../../support/servers.ts';
import { RecordingLogger, systemClock } from '../../../support/world.ts';

async function start() {
  const server = await startRedis();
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const redis = await connectRedis(server.url, world);
  return {
    redis,
    directory: new RedisDirectory(redis, 'test'),
    stop: async () => {
      redis.disconnect();
      await server.stop();
    },
  };
}

directoryContract('Redis', start);

test('no key holds a customer, clusters are apart, and what is forgotten is gone', async () => {
  const { redis, directory, stop } = await start();
  try {
    await directory.put('ann@example.com', { email: 'ann@example.com' }, 1);
    await directory.join('ben@example.com', 'ann@example.com');
    expect(await new RedisDirectory(redis, 'other').get('ann@example.com')).toEqual({});
    const keys = await redis.keys('*');
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^shoal:test:dir:[0-9a-f]{32}$/);
    await directory.forget('ann@example.com', 60_000);
    await directory.forget('ben@example.com');
    const [left = '', ...others] = await redis.keys('*');
    expect(others).toEqual([]);
    expect(await redis.pttl(left)).toBeGreaterThan(0);
  } finally {
    await stop();
  }
});

test('a store that is away says so', async () => {
  const { directory, stop } = await start();
  await stop();
  const away = { code: 'store-away', remedy: 'retry' };
  await expect(directory.put('ann', { email: 'a' }, 1)).rejects.toMatchObject(away);
  await expect(directory.get('ann')).rejects.toMatchObject(away);
  await expect(directory.join('ann', 'ben')).rejects.toMatchObject(away);
  await expect(directory.forget('ann')).rejects.toMatchObject(away);
});
