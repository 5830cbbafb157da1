import { expect, onTestFinished, test } from 'vitest';
import { connectNats } from '../../../src/adapters/nats/connect.ts';
import { startNats } from '../../support/servers.ts';
import { eventually, RecordingLogger, systemClock } from '../../support/world.ts';

test('a nats that is away at start is waited for, with one line a try, and connected to when it comes', async () => {
  const server = await startNats();
  onTestFinished(() => server.stop());
  await server.kill();
  const logger = new RecordingLogger();
  const options = { servers: [server.url], name: 'test' };
  const connecting = connectNats(options, { clock: systemClock, logger });
  await eventually('two lines', () => logger.messages().length >= 2);
  expect(new Set(logger.messages())).toEqual(new Set(['waiting for nats']));
  expect(logger.lines[0]?.fields).toMatchObject({ servers: [server.url] });
  await server.restart();
  const nats = await connecting;
  onTestFinished(() => nats.close());
  expect(nats.isUp()).toBe(true);
});

test('a waiting that is aborted ends', async () => {
  const server = await startNats();
  onTestFinished(() => server.stop());
  await server.kill();
  const logger = new RecordingLogger();
  const abort = new AbortController();
  const options = { servers: [server.url], name: 'test' };
  const connecting = connectNats(options, { clock: systemClock, logger }, abort.signal);
  await eventually('a line', () => logger.messages().length >= 1);
  abort.abort();
  await expect(connecting).rejects.toThrow();
});

test('a nats that goes away later is told of once, and so is its return', async () => {
  const server = await startNats();
  onTestFinished(() => server.stop());
  const logger = new RecordingLogger();
  const nats = await connectNats(
    { servers: [server.url], name: 'test' },
    { clock: systemClock, logger },
  );
  onTestFinished(() => nats.close());
  await server.kill();
  await eventually('it is away', () => !nats.isUp());
  await server.restart();
  await eventually('it is back', () => nats.isUp());
  expect(logger.messages()).toEqual(['nats is away, reconnecting', 'nats is back']);
  expect(await nats.log.append('nobody.listens', new Uint8Array(1))).toEqual({ kind: 'unknown' });
});
