import { expect, test } from 'vitest';
import { connectRedis } from '../../../src/adapters/redis/connect.ts';
import { RedisConsents } from '../../../src/adapters/redis/consents.ts';
import { mailPageKey, suppressedKey } from '../../../src/adapters/redis/key.ts';
import { RedisSuppressions } from '../../../src/adapters/redis/suppressions.ts';
import { mailListsContract } from '../../contract/mail-lists.ts';
import { startRedis } from '../../support/servers.ts';
import { RecordingLogger, systemClock } from '../../support/world.ts';

async function start() {
  const server = await startRedis();
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const redis = await connectRedis(server.url, world);
  return {
    redis,
    consents: new RedisConsents(redis, 'test'),
    suppressions: new RedisSuppressions(redis, 'test'),
    stop: async () => {
      redis.disconnect();
      await server.stop();
    },
  };
}

mailListsContract('Redis', start);

test('what else lies in Redis is passed over, and no key holds an address', async () => {
  const { redis, consents, suppressions, stop } = await start();
  try {
    const consent = { state: 'given', at: 1, source: 'test' } as const;
    await consents.record('ann@example.com', '*', consent);
    await suppressions.add({ address: 'ann@example.com', reason: 'test', at: 1 });
    // A letter's entry beside the consent, a page without consents, a letter of an older version,
    // another cluster, and a consent that only a later version understands.
    await redis.hset(mailPageKey('test', 'ann@example.com'), 'm:ab12', '{"state":"sent"}');
    await redis.hset(mailPageKey('test', 'ben'), { id: 'ben', 'm:ab13': '{}' });
    await redis.set('shoal:test:mail:ab14', '{"state":"sent"}');
    await new RedisConsents(redis, 'other').record('cem', '*', consent);
    await redis.hset(mailPageKey('test', 'dan'), { id: 'dan', 'c:*': '{"state":"perhaps"}' });
    const found = [];
    for await (const each of consents.all()) found.push(each);
    expect(found).toEqual([{ customer: 'ann@example.com', scope: '*', consent }]);
    const keys = await redis.keys('*');
    expect(keys).toContain(suppressedKey('test'));
    expect(keys.filter((key) => /ann|@/.test(key))).toEqual([]);
  } finally {
    await stop();
  }
});

test('a store that is away says so', async () => {
  const { redis, consents, suppressions, stop } = await start();
  await stop();
  const away = { code: 'store-away', remedy: 'retry' };
  expect(redis.status).toBe('end');
  const consent = { state: 'given', at: 1, source: 'test' } as const;
  await expect(consents.record('ann', '*', consent)).rejects.toMatchObject(away);
  await expect(consents.all()[Symbol.asyncIterator]().next()).rejects.toMatchObject(away);
  await expect(suppressions.find('ann@example.com')).rejects.toMatchObject(away);
  await expect(suppressions.all()[Symbol.asyncIterator]().next()).rejects.toMatchObject(away);
});
