import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { connectNats, type Nats } from '../../../src/adapters/nats/connect.ts';
import { connectRedis } from '../../../src/adapters/redis/connect.ts';
import { RedisDirectory } from '../../../src/adapters/redis/directory/directory.ts';
import { sendCommand } from '../../../src/app/commands/send.ts';
import { systemClock } from '../../../src/app/system-clock.ts';
import { partitionOf } from '../../../src/base/hash.ts';
import { BATCH_EVENTS_MAX } from '../../../src/wire/frame.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import type { LogMessage } from '../../../src/wire/log-message.ts';
import { eventsStream, eventsSubject } from '../../../src/wire/subject.ts';
import { startNats, startRedis, type RunningServer } from '../../support/servers.ts';
import { eventually, RecordingLogger } from '../../support/world.ts';

const P = 3;
let server: RunningServer;
let nats: Nats;
let folder: string;
/** The last message of each stream that tests before have sent. */
const seen = Array.from({ length: P }, () => 0);

beforeAll(async () => {
  server = await startNats();
  const options = { servers: [server.url], name: 'test' };
  nats = await connectNats(options, { clock: systemClock, logger: new RecordingLogger() });
  for (let p = 0; p < P; p++) {
    await nats.log.ensureStream({ name: eventsStream(p), subjects: [eventsSubject(p)] });
  }
  folder = await mkdtemp(join(tmpdir(), 'shoal-send-'));
});

afterAll(async () => {
  await nats.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

afterEach(() => vi.restoreAllMocks());

/** What the command says; it speaks to the process's own streams. */
async function send(...args: string[]): Promise<{ out: string; err: string }> {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation(
    (text) => ((said.out += String(text)), true),
  );
  vi.spyOn(process.stderr, 'write').mockImplementation(
    (text) => ((said.err += String(text)), true),
  );
  const program = new Command().option('--config <file>').option('--set <key=value...>');
  const settings = ['--set', `partitions=${P}`, '--set', 'clock=sender'];
  const words = ['send', ...args, '--server', server.url, ...settings];
  await program.addCommand(sendCommand()).parseAsync(words, { from: 'user' });
  return said;
}

/** What has come since the last call, by partition. */
async function newMessages(): Promise<LogMessage[][]> {
  const all: LogMessage[][] = [];
  for (let p = 0; p < P; p++) all.push(await newMessagesOf(p));
  return all;
}

async function newMessagesOf(p: number): Promise<LogMessage[]> {
  const from = (seen[p] ?? 0) + 1;
  const last = await nats.log.lastSequence(eventsStream(p));
  seen[p] = last;
  const messages: LogMessage[] = [];
  if (last < from) return messages;
  const reader = nats.log.read(
    eventsStream(p),
    from,
    (batch) => {
      messages.push(...batch.map(({ headers, body }) => decodeLogMessage(headers, body)));
      return Promise.resolve();
    },
    (error) => {
      throw error;
    },
  );
  await eventually('all is read', () => messages.length === last - from + 1);
  await reader.stop();
  return messages;
}

const eventsOf = (messages: readonly LogMessage[]) =>
  messages.flatMap((message) => (message.kind === 'events' ? message.events : []));

function line(i: number): string {
  const timestamp = new Date(Date.UTC(2024, 0, 1) + i * 1_000).toISOString();
  return JSON.stringify({
    type: 'track',
    event: 'e',
    userId: `c${i % 50}`,
    timestamp,
    properties: { i },
  });
}

async function fileOf(name: string, lines: readonly string[]): Promise<string> {
  const file = join(folder, name);
  const text = lines.join('\n');
  await writeFile(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

const LINES = Array.from({ length: 5_000 }, (_, i) => line(i));

test('a file reaches the partitions of its customers, in order, and then a tick', async () => {
  const { out } = await send(await fileOf('plain.ndjson.gz', LINES));
  expect(out).toMatch(/^5000 events in \d+ batches, 0 malformed, [\d.]+ s\n$/);
  const partitions = await newMessages();
  for (const [p, messages] of partitions.entries()) {
    const mine = LINES.map((_, i) => i).filter((i) => partitionOf(`c${i % 50}`, P) === p);
    expect(eventsOf(messages).map(({ properties }) => properties['i'])).toEqual(mine);
    expect(messages.at(-1)).toMatchObject({
      kind: 'tick',
      sentAt: Date.UTC(2024, 0, 1) + 4_999_000,
    });
    expect(messages.filter(({ kind }) => kind === 'events')).toHaveLength(
      Math.ceil(mine.length / BATCH_EVENTS_MAX),
    );
  }
});

test('malformed lines are told by number and counted, the first twenty one by one', async () => {
  const bad = ['{', '5', '{"type":"track"}', ...Array.from({ length: 30 }, () => '[]')];
  const { out, err } = await send(await fileOf('bad.ndjson', [line(0), '', ...bad, line(1)]));
  expect(out).toMatch(/^2 events in \d batch(es)?, 33 malformed/);
  const said = err.trimEnd().split('\n');
  expect(said.slice(0, 3).map((text) => text.split(':').slice(0, 2).join(':'))).toEqual([
    'line 3: not-json',
    'line 4: not-an-object',
    'line 5: bad-id',
  ]);
  expect(said).toHaveLength(21);
  expect(said.at(-1)).toBe(
    'and 13 more malformed lines; all by reason: not-json 1, not-an-object 31, bad-id 1',
  );
  await newMessages();
});

test('history bears the name of the file, and is the same when it is sent again', async () => {
  const file = await fileOf('history.ndjson', LINES);
  await send(file, '--history');
  const first = await newMessages();
  await send(file, '--history', '--rate', '100000');
  expect(await newMessages()).toEqual(first);
  const hash = createHash('sha256').update(LINES.join('\n')).digest('hex').slice(0, 24);
  for (const messages of first) {
    expect(messages.map(({ stamp }) => stamp)).toEqual(
      messages.map((_, i) => ({ producer: `file-${hash}`, n: i + 1 })),
    );
    expect(
      messages.every(
        (message) => message.kind === 'tick' || (message.kind === 'events' && message.history),
      ),
    ).toBe(true);
  }
});

test('a shifted file ends now, and keeps its distances', async () => {
  const before = Date.now();
  await send(
    await fileOf('shift.ndjson', [line(0), line(60), line(30)]),
    '--shift-to-now',
    '--rate',
    '1000',
  );
  const ats = eventsOf((await newMessages()).flat())
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  expect(ats.map((at) => at - (ats[0] ?? 0))).toEqual([0, 30_000, 60_000]);
  expect(ats[2]).toBeGreaterThanOrEqual(before);
  expect(ats[2]).toBeLessThanOrEqual(Date.now());
});

test.each([
  [['--history', '-'], 'wrong-usage'],
  [['--shift-to-now', '-'], 'wrong-usage'],
  [['missing.ndjson'], 'file-unreadable'],
])('%j is refused', async (args, code) => {
  await expect(send(...args)).rejects.toMatchObject({ code });
});

test('a file that is no gzip is refused', async () => {
  const file = join(folder, 'wrong.ndjson.gz');
  await writeFile(file, 'plain text');
  await expect(send(file)).rejects.toMatchObject({ code: 'file-unreadable' });
});

test('private attributes go to the directory, and hashed into the log', async () => {
  const redisServer = await startRedis();
  const logger = new RecordingLogger();
  const redis = await connectRedis(redisServer.url, { clock: systemClock, logger });
  try {
    const traits = { email: 'ann@example.com', plan: 'free' };
    const identify = { type: 'identify', userId: 'ann', timestamp: '2024-05-01T00:00:00Z', traits };
    const file = await fileOf('private.ndjson', [JSON.stringify(identify)]);
    const flags = ['--set', 'privateAttributes=email', '--set', `redis.url=${redisServer.url}`];
    await expect(send(file, ...flags)).rejects.toMatchObject({ code: 'private-secret-missing' });
    expect(eventsOf((await newMessages()).flat())).toEqual([]);
    await send(file, ...flags, '--set', 'privacy.secret=a secret of a test, long enough');
    const [event] = eventsOf((await newMessages()).flat());
    expect(event?.properties).toEqual({ email: expect.stringMatching(/^private:/), plan: 'free' });
    const directory = new RedisDirectory(redis, 'shoal');
    expect(await directory.get('ann')).toEqual({ email: 'ann@example.com' });
  } finally {
    redis.disconnect();
    await redisServer.stop();
  }
});
