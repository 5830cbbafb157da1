import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../src/app/local/loopback.ts';
import { partitionOf } from '../../src/base/hash.ts';
import { eventsStream, eventsSubject, REJECTED_STREAM } from '../../src/wire/subject.ts';
import { Cluster, type ClusterOptions } from '../support/cluster.ts';
import { brief, track } from '../support/owner.ts';
import { runProgram, type Program } from '../support/program.ts';
import { readStream } from '../support/stream.ts';
import { readTransitions } from '../support/transitions.ts';
import { eventually } from '../support/world.ts';

/*
 * What an operator sees of `shoal start`: refusals, waiting, coming back, and an orderly end.
 */

const BUYERS = { buyers: 'rule: { event: Order Completed }\n' };

async function startCluster(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await Cluster.start({ partitions: 4, segments: BUYERS, ...options });
  onTestFinished(() => cluster.end());
  return cluster;
}

/** People who each buy once; `from` to `to` are numbers in their names. */
function purchases(from: number, to: number): ReturnType<typeof track>[] {
  return Array.from({ length: to - from }, (_, i) => track(`c${from + i}`, 'Order Completed'));
}

async function expectBuyers(cluster: Cluster, members: number): Promise<void> {
  await eventually(`${members} buyers`, () => cluster.live.members['buyers'] === members);
}

async function logged(program: Program, msg: string, lines = 1): Promise<void> {
  await eventually(
    `"${msg}" is logged`,
    () => program.logLines().filter((line) => line.msg === msg).length >= lines,
  );
}

describe('what is refused', () => {
  test('a broken folder: all errors at once, status 78, and nothing is started', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'segments'));
    const write = (id: string, text: string): Promise<void> =>
      writeFile(join(folder, 'segments', `${id}.yaml`), text);
    await write('vip', 'rule: { event: Order Completed, within: 30 days }\n');
    await write('lapsed-vip', 'rule: { not: { segment: vips } }\n');
    await write('low', 'rule: { event: Order Completed, atLeast: 1, atMots: 3 }\n');
    await write('a', 'rule: { segment: b }\n');
    await write('b', 'rule: { segment: a }\n');
    // A server that only counts who comes.
    let callers = 0;
    const server = createServer(() => callers++).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const { status, stdout, stderr } = await runProgram([
      'start',
      ...['--set', `folders.segments=${join(folder, 'segments')}`],
      ...['--set', `nats.url=nats://127.0.0.1:${port}`],
      ...['--set', `redis.url=redis://127.0.0.1:${port}`],
    ]);

    expect(status).toBe(78);
    expect(stdout).toBe('');
    for (const part of ['"30 days"', '"vips"', '"atMots"']) expect(stderr).toContain(part);
    for (const place of ['vip.yaml: rule.within', 'lapsed-vip.yaml: rule.not.segment', 'low.yaml'])
      expect(stderr).toContain(`  at ${join(folder, 'segments', place)}`);
    expect(stderr).toContain('  hint: did you mean "vip"?');
    expect(stderr).toContain('  hint: did you mean "atMost"?');
    expect(stderr).toMatch(/a.*b.*a/);
    expect(callers).toBe(0);
  });

  test.each([
    ['an unknown role', ['start', '--role', 'gatekeeper'], '"gatekeeper"'],
    ['an unknown flag', ['start', '--swiftly'], '--swiftly'],
    ['an unknown command', ['begin'], 'begin'],
    ['a missing argument', ['send'], 'file'],
    ['a setting without a value', ['start', '--set', 'http.port'], 'http.port'],
  ])('wrong usage: %s, status 2', async (_, args, named) => {
    const { status, stderr } = await runProgram(args);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(named);
  });

  test('an unknown setting: status 78', async () => {
    const { status, stderr } = await runProgram(['start', '--set', 'http.prot=1']);
    expect(status).toBe(78);
    expect(stderr).toContain('http.prot');
  });
});

describe('what cannot be: it says why and ends', () => {
  test('a port that is taken: status 1', async () => {
    const cluster = await startCluster();
    const server = createServer().listen(Number(new URL(cluster.url).port), '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const program = cluster.launch();
    expect(await program.exited).toBe(1);
    expect(program.stderr).toContain('hint:');
    expect(program.family.alive()).toEqual([]);
  });

  test('a Redis that forgets: status 78, with the lines to set', async () => {
    const cluster = await startCluster();
    await ask(cluster.redis.port, 'CONFIG SET appendonly no\r\n', (text) => text.includes('\n'));
    const program = cluster.launch();
    expect(await program.exited).toBe(78);
    expect(program.stderr).toContain('appendonly yes');
    expect(program.stderr).toContain('--allow-volatile-redis');
  });
});

describe('servers that are away', () => {
  test('at the start: it says once a second what it waits for, and goes on', async () => {
    const cluster = await startCluster();
    await Promise.all([cluster.nats.kill(), cluster.redis.kill()]);
    const program = cluster.launch();
    await logged(program, 'waiting for nats', 3);
    expect(secondsBetween(program, 'waiting for nats', 'gateway')).toBeGreaterThanOrEqual(0.9);

    await cluster.nats.restart();
    await logged(program, 'waiting for redis', 12);
    expect(secondsBetween(program, 'waiting for redis', 'owner')).toBeGreaterThanOrEqual(0.9);

    await cluster.redis.restart();
    await cluster.ready();
    await cluster.publish(purchases(0, 10));
    await expectBuyers(cluster, 10);
    expect(await cluster.down('SIGTERM')).toBe(0);
  });

  test('at the start: it can be stopped while it waits', async () => {
    const cluster = await startCluster();
    await cluster.nats.kill();
    const program = cluster.launch();
    await logged(program, 'waiting for nats');
    expect(await cluster.down('SIGTERM')).toBe(0);
    await cluster.redis.kill();
    await cluster.nats.restart();
    const again = cluster.launch();
    await logged(again, 'waiting for redis', 2);
    expect(await cluster.down('SIGTERM')).toBe(0);
  });

  test('later: it reconnects, and nothing is lost', async () => {
    const cluster = await startCluster({ settings: ['checkpoint.interval=1s'] });
    const program = await cluster.up();
    await cluster.publish(purchases(0, 200));
    await expectBuyers(cluster, 200);

    await cluster.nats.kill();
    await logged(program, 'nats is away, reconnecting');
    const sending = cluster.publish(purchases(200, 500));
    await cluster.nats.restart();
    await sending;
    await expectBuyers(cluster, 500);

    await cluster.redis.kill();
    await logged(program, 'redis is away, reconnecting');
    // Without Redis events are taken all the same; only checkpoints wait.
    await cluster.publish(purchases(500, 700));
    await expectBuyers(cluster, 700);
    const stored = await cluster.figure('shoal_owner_written_checkpoints_total');
    await cluster.redis.restart();
    await logged(program, 'redis is back');
    await eventually(
      'checkpoints are stored again',
      async () => (await cluster.figure('shoal_owner_written_checkpoints_total')) > stored,
    );

    await cluster.down('SIGKILL');
    await cluster.up();
    await expectBuyers(cluster, 700);
    await cluster.publish(purchases(700, 710));
    await expectBuyers(cluster, 710);
    for (let partition = 0; partition < cluster.partitions; partition++)
      await readTransitions(cluster.link.log, partition);
    expect(await cluster.down('SIGTERM')).toBe(0);
  });
});

test('a log with a gap ends it, until an operator says --accept-gap', async () => {
  const cluster = await startCluster({ partitions: 1 });
  await cluster.up();
  await cluster.publish(purchases(0, 10));
  await expectBuyers(cluster, 10);
  expect(await cluster.down('SIGTERM')).toBe(0);
  for (let i = 10; i < 20; i++) await cluster.publish(purchases(i, i + 1));
  const end = await cluster.link.log.lastSequence(eventsStream(0));
  await cluster.link.log.trim(eventsStream(0), end);

  const halted = cluster.launch();
  expect(await halted.exited).toBe(1);
  expect(halted.stderr).toContain('shoal start --accept-gap');

  const accepting = cluster.launch('--accept-gap');
  await cluster.ready();
  await expectBuyers(cluster, 11);
  await logged(accepting, 'goes on without what is missing, as was accepted');
  await cluster.publish(purchases(20, 25));
  await expectBuyers(cluster, 16);
  expect(await cluster.down('SIGTERM')).toBe(0);
  // Once is enough: what is stored now stands behind the gap.
  await cluster.up();
  await expectBuyers(cluster, 16);
  await readTransitions(cluster.link.log, 0);
  expect(await cluster.down('SIGTERM')).toBe(0);
});

test('what is malformed is counted, told, and passed over', async () => {
  const cluster = await startCluster();
  await cluster.up();
  const valid = { type: 'track', event: 'Order Completed', timestamp: '2026-01-01T00:00:00Z' };
  const malformed: readonly [reason: string, body: string][] = [
    ['not-json', '{"type":'],
    ['not-an-object', '5'],
    ['unknown-type', JSON.stringify({ ...valid, type: 'order', userId: 'ann' })],
    ['bad-id', JSON.stringify(valid)],
    ['bad-id', JSON.stringify({ ...valid, userId: '' })],
    ['bad-timestamp', JSON.stringify({ ...valid, userId: 'ann', timestamp: 'yesterday' })],
    ['no-event-name', JSON.stringify({ ...valid, userId: 'ann', event: '' })],
  ];
  const partition = partitionOf('bea', cluster.partitions);
  const { log } = cluster.link;
  for (const [, body] of malformed) await log.append(eventsSubject(partition), Buffer.from(body));
  // Good ones in the same message count, and those after it.
  const mixed = [null, { ...valid, userId: 'bea' }];
  await log.append(eventsSubject(partition), Buffer.from(JSON.stringify(mixed)));
  await cluster.publish(purchases(0, 20));

  await expectBuyers(cluster, 21);
  expect(cluster.live.totals).toEqual({ events: 21, customers: 21 });
  const reasons = ['not-an-object', ...malformed.map(([reason]) => reason)].toSorted();
  for (const reason of reasons) {
    const wanted = reasons.filter((other) => other === reason).length;
    const counted = (): Promise<number> =>
      cluster.figure('shoal_owner_rejected_events_total', { reason });
    await expect.poll(counted, { message: reason }).toBe(wanted);
  }
  const told = async (): Promise<string[]> =>
    (await readStream(log, REJECTED_STREAM)).map(({ subject }) => subject).toSorted();
  await expect.poll(told).toEqual(reasons.map((reason) => `shoal.rejected.${reason}`));
});

test('a changed segment is in force after a restart, quietly', async () => {
  const cluster = await startCluster();
  await cluster.up();
  await cluster.publish([...purchases(0, 30), ...purchases(20, 30)]);
  await expectBuyers(cluster, 30);
  expect(await cluster.down('SIGTERM')).toBe(0);

  await cluster.define({
    buyers: 'rule: { event: Order Completed, atLeast: 2 }\n',
    visitors: 'rule: { not: { event: Order Completed, atLeast: 2 } }\n',
  });
  await cluster.up();
  await expectBuyers(cluster, 10);
  await eventually('20 visitors', () => cluster.live.members['visitors'] === 20);
  await cluster.publish(purchases(15, 20));
  await expectBuyers(cluster, 15);
  await eventually('15 visitors', () => cluster.live.members['visitors'] === 15);
  // What is live may not be published yet; a stop waits for it.
  expect(await cluster.down('SIGTERM')).toBe(0);

  const told = await Promise.all(
    Array.from({ length: cluster.partitions }, (_, partition) =>
      readTransitions(cluster.link.log, partition),
    ),
  );
  const items = told.flatMap((partition) => partition.items);
  const quiet = items.filter(({ why }) => why === 'define').map(brief);
  expect(quiet.filter((text) => text.endsWith('-buyers'))).toHaveLength(20);
  expect(quiet.filter((text) => text.endsWith('+visitors'))).toHaveLength(20);
  expect(quiet).toHaveLength(40);
  const loud = items.filter(({ why }) => why !== 'define').map(brief);
  expect(loud.filter((text) => text.endsWith('+buyers'))).toHaveLength(30 + 5);
  expect(loud.filter((text) => text.endsWith('-visitors'))).toHaveLength(5);
  expect(loud).toHaveLength(40);
});

test('a stop ends in order: status 0, and no process is left', async () => {
  const cluster = await startCluster();
  const program = await cluster.up();
  expect(program.stdout).toBe(`Shoal is at ${cluster.url}\n`);
  expect(program.family.alive().length).toBeGreaterThan(0);
  expect(await cluster.down('SIGTERM')).toBe(0);
  expect(program.family.alive()).toEqual([]);
  const errors = program.logLines().filter(({ level }) => level === 'error' || level === 'warn');
  expect(errors).toEqual([]);
  await expect(fetch(`${cluster.url}/livez`)).rejects.toThrow();
});

/** The least that lies between two lines of this text, one after the other, of a role. */
function secondsBetween(program: Program, msg: string, role: string): number {
  const instants = program
    .logLines()
    .filter((line) => line.msg === msg && line['role'] === role)
    .map(({ time }) => Date.parse(time));
  expect(instants.length, `${role} says "${msg}" again and again`).toBeGreaterThanOrEqual(2);
  const gaps = instants.slice(1).map((instant, i) => instant - (instants[i] ?? instant));
  return Math.min(...gaps) / 1_000;
}
