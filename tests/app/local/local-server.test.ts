import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { startGuarded } from '../../../src/app/local/guarded-process.ts';
import { ask } from '../../../src/app/local/loopback.ts';
import { projectPath } from '../../../src/app/root.ts';
import { startNats, startRedis } from '../../support/servers.ts';

const isWhole = (text: string): boolean => text.endsWith('\r\n');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('redis keeps what it had across a kill and a restart', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  expect(await ask(redis.port, 'SET customer ann\r\n', isWhole)).toBe('+OK\r\n');
  const policy = await ask(redis.port, 'CONFIG GET maxmemory-policy\r\n', (text) =>
    text.includes('eviction'),
  );
  expect(policy).toContain('noeviction');

  const { pid } = redis;
  await redis.kill();
  expect(isAlive(pid)).toBe(false);
  await redis.restart();

  expect(redis.pid).not.toBe(pid);
  expect(await ask(redis.port, 'GET customer\r\n', (text) => text.includes('ann'))).toContain(
    'ann',
  );
});

test('nats starts with JetStream, and stop leaves neither process nor folder', async () => {
  const nats = await startNats();
  const greeting = await ask(nats.port, '', isWhole);
  expect(greeting).toContain('"jetstream":true');
  await nats.stop();
  expect(isAlive(nats.pid)).toBe(false);
  expect(existsSync(nats.dataFolder)).toBe(false);
});

test('a folder that was given is kept', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true }));
  const redis = await startRedis({ dataFolder });
  await redis.stop();
  expect(existsSync(join(dataFolder, 'appendonlydir'))).toBe(true);
});

test('a server that is there already is not taken for ours', async () => {
  const theirs = await startRedis();
  onTestFinished(() => theirs.stop());
  await expect(startRedis({ port: theirs.port })).rejects.toMatchObject({
    code: 'local-server-failed',
  });
  expect(isAlive(theirs.pid)).toBe(true);
});

test('the servers die with their parent, even by SIGKILL', async () => {
  const parent = spawn(process.execPath, [projectPath('tests/support/orphan-maker.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  const servers = z
    .array(z.object({ pid: z.number(), dataFolder: z.string() }))
    .parse(JSON.parse(String(line)));
  expect(servers.map(({ pid }) => isAlive(pid))).toEqual([true, true]);

  parent.kill('SIGKILL');

  await vi.waitFor(
    () => {
      expect(servers.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
      expect(servers.map(({ dataFolder }) => existsSync(dataFolder))).toEqual([false, false]);
    },
    { timeout: 20_000 },
  );
});

test("a guarded process's status comes through", async () => {
  const logFile = join(await mkdtemp(join(tmpdir(), 'shoal-test-')), 'log');
  onTestFinished(() => rm(join(logFile, '..'), { recursive: true }));
  const quits = await startGuarded({ program: '/bin/sh', args: ['-c', 'exit 7'], logFile });
  expect(await quits.exited).toBe(7);
  const sleeps = await startGuarded({ program: 'sleep', args: ['600'], logFile });
  sleeps.signal('TERM');
  expect(await sleeps.exited).toBe(128 + 15);
});
