import { expect, onTestFinished, test } from 'vitest';
import { connectRedis } from '../../../src/adapters/redis/connect.ts';
import { checkDurability } from '../../../src/adapters/redis/durability-check.ts';
import { startRedis } from '../../support/servers.ts';
import { eventually, RecordingLogger, systemClock } from '../../support/world.ts';

test('a redis that is away at start is waited for, with one line a try, until it is aborted', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.kill();
  const logger = new RecordingLogger();
  const url = server.url.replace('//', '//shoal:secret@');
  const abort = new AbortController();
  const connecting = connectRedis(url, { clock: systemClock, logger }, abort.signal);
  await eventually('two lines', () => logger.messages().length >= 2);
  abort.abort();
  await expect(connecting).rejects.toThrow();
  expect(new Set(logger.messages())).toEqual(new Set(['waiting for redis']));
  expect(JSON.stringify(logger.lines)).not.toContain('secret');
});

test('what was waited for is connected to when it comes', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.kill();
  const logger = new RecordingLogger();
  const connecting = connectRedis(server.url, { clock: systemClock, logger });
  await eventually('a line', () => logger.messages().length >= 1);
  await server.restart();
  const redis = await connecting;
  onTestFinished(() => redis.disconnect());
  expect(await redis.ping()).toBe('PONG');
});

test('a redis that loses what it acknowledges is refused with the lines to set', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const redis = await connectRedis(server.url, {
    clock: systemClock,
    logger: new RecordingLogger(),
  });
  onTestFinished(() => redis.disconnect());
  await expect(checkDurability(redis)).resolves.toBeUndefined();
  await redis.config('SET', 'appendonly', 'no');
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(checkDurability(redis)).rejects.toMatchObject({
    code: 'store-volatile',
    remedy: 'stop',
    message: 'Redis would lose checkpoints: appendonly is "no", maxmemory-policy is "allkeys-lru"',
    hint: expect.stringContaining('appendonly yes\n    maxmemory-policy noeviction'),
  });
});
