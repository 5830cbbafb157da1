import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectNats } from '../../../src/adapters/nats/connect.ts';
import { startGuarded } from '../../../src/app/local/guarded-process.ts';
import { freePort } from '../../../src/app/local/loopback.ts';
import { findProgram } from '../../../src/app/local/program.ts';
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

test.each([
  ['a user', ['--user', 'ann', '--pass', 'p@ss'], 'ann:p%40ss@'],
  ['a token', ['--auth', 's3cret'], 's3cret@'],
])('%s in the address is let in, and never logged; another is refused', async (_, args, login) => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const logger = new RecordingLogger();
  const world = { clock: systemClock, logger };
  const connecting = connectNats(
    { servers: [`nats://${login}127.0.0.1:${port}`], name: 'test' },
    world,
  );
  await eventually('a line', () => logger.messages().length >= 1);
  const server = await startGuarded({
    program: findProgram(['nats-server'], ''),
    args: ['--addr', '127.0.0.1', '--port', String(port), ...args],
    logFile: join(folder, 'log'),
  });
  onTestFinished(async () => {
    server.signal('KILL');
    await server.exited;
  });
  const nats = await connecting;
  onTestFinished(() => nats.close());
  expect(logger.lines[0]?.fields).toMatchObject({ servers: [`nats://127.0.0.1:${port}`] });

  const other = { servers: [`nats://eve:guess@127.0.0.1:${port}`], name: 'test' };
  await expect(connectNats(other, world)).rejects.toMatchObject({
    code: 'log-refused',
    where: `nats://127.0.0.1:${port}`,
  });
});
