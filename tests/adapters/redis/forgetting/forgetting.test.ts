import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRedis } from '../../../../src/adapters/redis/connect.ts';
import { RedisConsents } from '../../../../src/adapters/redis/consents.ts';
import { RedisMailPages } from '../../../../src/adapters/redis/forgetting/mail-pages.ts';
import { RedisPendingErasures } from '../../../../src/adapters/redis/forgetting/pending-erasures.ts';
import { RedisForgetSalt } from '../../../../src/adapters/redis/forgetting/salt.ts';
import { RedisStoreFile } from '../../../../src/adapters/redis/forgetting/store-file.ts';
import { erasuresKey } from '../../../../src/adapters/redis/key.ts';
import { RedisLedger } from '../../../../src/adapters/redis/ledger.ts';
import { RedisSuppressions } from '../../../../src/adapters/redis/suppressions.ts';
import type { PendingErasure } from '../../../../src/roles/ports/forgetting.ts';
import { filesHolding } from '../../../support/files.ts';
import { startRedis, type RunningServer } from '../../../support/servers.ts';
import { eventually, RecordingLogger, systemClock } from '../../../support/world.ts';

let server: RunningServer;
let redis: Awaited<ReturnType<typeof connectRedis>>;
beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis(server.url, { clock: systemClock, logger: new RecordingLogger() });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test('whoever asks first makes the salt, and all get that one', async () => {
  const salts = await Promise.all(
    Array.from({ length: 20 }, () => new RedisForgetSalt(redis, 'one').salt()),
  );
  expect(new Set(salts).size).toBe(1);
  expect(salts[0]).toMatch(/^[\w-]{24}$/);
  expect(await new RedisForgetSalt(redis, 'other').salt()).not.toBe(salts[0]);
});

test('what is to be erased comes back as it was, until it is struck off', async () => {
  const pending = new RedisPendingErasures(redis, 'test');
  const all: readonly PendingErasure[] = [
    { id: 'a', kind: 'customers', customers: ['ann', 'Zoë'], from: 1, to: 9 },
    { id: 'b', kind: 'customers', customers: ['bob'], from: 10, to: 9, noticeUntil: 1_000 },
    { id: 'c', kind: 'stragglers', from: 3, to: 4 },
    { id: 'd', kind: 'file', since: 2_000 },
  ];
  for (const one of all) await pending.put(3, one);
  await redis.hset(erasuresKey('test', 3), 'later', '{"kind":"of a later version"}');
  const sorted = async (): Promise<PendingErasure[]> =>
    (await pending.all(3)).toSorted((x, y) => (x.id < y.id ? -1 : 1));
  expect(await sorted()).toEqual(all);
  expect(await pending.all(4)).toEqual([]);
  await pending.put(3, { id: 'a', kind: 'file', since: 3_000 });
  await pending.drop(3, 'b');
  expect((await sorted()).map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    'a file',
    'c stragglers',
    'd file',
  ]);
});

test('a page of mail goes as a whole; an address that must not be mailed stays', async () => {
  const consents = new RedisConsents(redis, 'test');
  const suppressions = new RedisSuppressions(redis, 'test');
  const ledger = new RedisLedger(redis, 'test');
  for (const customer of ['ann', 'bob']) {
    await consents.record(customer, '*', { state: 'withdrawn', at: 1, source: 'page' });
  }
  await suppressions.add({ address: 'ann@example.com', reason: 'complaint', at: 1 });
  const pages = new RedisMailPages(redis, 'test');
  await pages.forget('ann');
  await pages.forget('ann');
  expect((await ledger.page('ann')).consents.size).toBe(0);
  expect((await ledger.page('bob')).consents.size).toBe(1);
  expect(await suppressions.find('ann@example.com')).toMatchObject({ reason: 'complaint' });
});

test('a file that is written anew holds what is there, and nothing that was dropped', async () => {
  await redis.set('kept', 'still-in-the-file');
  await redis.set('gone', 'once-in-the-file');
  await redis.del('gone');
  const { dataFolder } = server;
  await eventually('the file has it', async () => {
    return (await filesHolding(dataFolder, 'once-in-the-file')).length > 0;
  });
  expect(await new RedisStoreFile(redis).rewrite()).toBe('done');
  await eventually('the file has it no more', async () => {
    return (await filesHolding(dataFolder, 'once-in-the-file')).length === 0;
  });
  expect(await filesHolding(dataFolder, 'still-in-the-file')).not.toEqual([]);
});

test('a server that is not to be told says so', async () => {
  await redis.call('ACL', 'SETUSER', 'managed', 'on', 'nopass', '~*', '+@all', '-bgrewriteaof');
  const url = server.url.replace('redis://', 'redis://managed:any@');
  const managed = await connectRedis(url, { clock: systemClock, logger: new RecordingLogger() });
  expect(await new RedisStoreFile(managed).rewrite()).toBe('refused');
  managed.disconnect();
});
