import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { loadTemplates } from '../../src/adapters/eta/templates.ts';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { createMetrics, metricsText } from '../../src/adapters/prom/metrics.ts';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisLedger } from '../../src/adapters/redis/ledger.ts';
import { RedisPositionStore } from '../../src/adapters/redis/position-store.ts';
import { startInbox } from '../../src/adapters/smtp/inbox.ts';
import { smtpPost } from '../../src/adapters/smtp/post.ts';
import { projectPath } from '../../src/app/root.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import { ShoalError } from '../../src/base/error.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Effect, Why } from '../../src/engine/effect.ts';
import { mailId } from '../../src/roles/mailer/mail-id.ts';
import { startMailer } from '../../src/roles/mailer/mailer.ts';
import type { Logger } from '../../src/roles/ports/logger.ts';
import { querySubject, transitionsStream, transitionsSubject } from '../../src/wire/subject.ts';
import { encodeRecord, RECORD_HEADERS } from '../../src/wire/transition-record.ts';
import { campaignOf } from '../support/campaign.ts';
import { CLOSE, startScriptedSmtp, type Script } from '../support/scripted-smtp.ts';
import { startNats, startRedis, type RunningServer } from '../support/servers.ts';

const CAMPAIGN = campaignOf({
  id: 'course-welcome',
  name: 'Welcome to the course',
  when: { kind: 'changed', attribute: 'course' },
  wait: { kind: 'for', ms: 10_000 },
  template: 'course-welcome',
  from: { name: 'Shoal School', address: 'school@example.com' },
});
const ANN = { email: 'ann@example.com', name: 'Ann Lee', course: 'Maths <for> all' };

const NOT_READY = new ShoalError({
  code: 'partition-not-live',
  remedy: 'retry',
  message: 'the partition is being restored',
});

/** What a log line must never hold. */
const PERSONAL = /ann|lee|maths|@/i;

let natsServer: RunningServer;
let redisServer: RunningServer;
let nats: Nats;
let redis: Awaited<ReturnType<typeof connectRedis>>;
let lines: string[] = [];
const logger = logInto((line) => lines.push(line));
let clusters = 0;

beforeAll(async () => {
  [natsServer, redisServer] = await Promise.all([startNats(), startRedis()]);
  const world = { clock: systemClock, logger };
  nats = await connectNats({ servers: [natsServer.url], name: 'test' }, world);
  redis = await connectRedis(redisServer.url, world);
});
afterAll(async () => {
  await nats.close();
  redis.disconnect();
  await Promise.all([natsServer.stop(), redisServer.stop()]);
});
beforeEach(() => {
  lines = [];
});

function logInto(write: (line: string) => void): Logger {
  const at = (level: string) => (message: string, fields?: object) =>
    write(JSON.stringify({ level, message, ...fields }));
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** A cluster of one partition, whose owner answers with these attributes when it is ready. */
async function startWorld(customers: Record<string, JsonObject>, owner = { isReady: true }) {
  // The tests share one stream: each begins at its end, with a part of the store of its own.
  const cluster = `test-${clusters++}`;
  await nats.log.ensureStream({ name: transitionsStream(0), subjects: [transitionsSubject(0)] });
  const before = await nats.log.lastSequence(transitionsStream(0));
  const positions = new RedisPositionStore(redis, cluster);
  await positions.savePosition('mailer-0', before);
  const ledger = new RedisLedger(redis, cluster);
  onTestFinished(
    nats.bus.serve(querySubject(0), async (body) => {
      if (!owner.isReady) throw NOT_READY;
      const { customer } = JSON.parse(new TextDecoder().decode(body));
      const attributes = customers[customer];
      const answer = { known: attributes !== undefined, attributes: attributes ?? {} };
      return new TextEncoder().encode(JSON.stringify(answer));
    }),
  );
  return { cluster, ledger, positions };
}

type World = Awaited<ReturnType<typeof startWorld>>;

async function startTestMailer({ ledger, positions }: World, port: number) {
  const metrics = createMetrics(false);
  const failures: unknown[] = [];
  const mailer = startMailer({
    log: nats.log,
    bus: nats.bus,
    positions,
    ledger,
    post: smtpPost({
      host: '127.0.0.1',
      port,
      tls: false,
      connectTimeoutMs: 2_000,
      silenceTimeoutMs: 2_000,
    }),
    templates: await loadTemplates(projectPath('templates')),
    campaigns: [CAMPAIGN],
    partitions: 1,
    clock: systemClock,
    logger,
    metrics,
    onFailure: (error) => failures.push(error),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= mailer.stop());
  onTestFinished(stop);
  return { stop, failures, metrics: async () => metricsText([await metrics.snapshot()]) };
}

async function startTestInbox() {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 100 });
  onTestFinished(() => inbox.close());
  return inbox;
}

function due(customer: string, triggeredAt = 1_000, why: Why = 'time'): Effect {
  const trigger = { attribute: 'course', from: null, to: 'Maths' };
  const at = triggeredAt + 10_000;
  return { kind: 'due', at, customer, why, campaign: 'course-welcome', triggeredAt, trigger };
}

/** @returns the sequence of the record */
async function publish(...items: Effect[]): Promise<number> {
  const record = { kind: 'batch', epoch: 1, from: 1, to: items.length, items } as const;
  const source = { source: 1, sourceAt: 0, sourceItems: items.length };
  const body = encodeRecord({ ...record, ...source, chain: '0'.repeat(16) });
  const appended = await nats.log.append(transitionsSubject(0), body, { headers: RECORD_HEADERS });
  if (appended.kind !== 'stored') throw new Error(appended.kind);
  return appended.sequence;
}

/** Resolves when the mailer has dealt with everything up to a record. */
async function done({ positions }: World, sequence: number): Promise<void> {
  await expect
    .poll(() => positions.position('mailer-0'), { timeout: 30_000, interval: 20 })
    .toBe(sequence);
}

test('a wait that is over becomes one letter, with the right words', async () => {
  const world = await startWorld({ ann: ANN });
  const inbox = await startTestInbox();
  const mailer = await startTestMailer(world, inbox.port);
  await done(world, await publish(due('ann')));
  const [letter, ...others] = inbox.letters();
  expect(others).toEqual([]);
  expect(letter).toMatchObject({
    from: 'Shoal School <school@example.com>',
    to: 'Ann Lee <ann@example.com>',
    subject: 'Ann, your course “Maths <for> all” is ready',
    text: expect.stringContaining('Hello Ann,\n\nwelcome to “Maths <for> all”.'),
    html: expect.stringContaining('Maths &lt;for&gt; all</h1>'),
  });
  expect(letter?.html).not.toContain('<for>');
  const id = mailId('course-welcome', 'ann', 1_000);
  expect(letter?.raw.replace(/\r\n\s+/g, ' ')).toContain(`Message-ID: <${id}@example.com>`);
  expect(await world.ledger.state(id)).toBe('sent');
  expect(await mailer.metrics()).toContain(
    'shoal_mail_decisions_total{decision="send",reason="due"} 1',
  );
  expect(lines.filter((line) => PERSONAL.test(line))).toEqual([]);
});

test('the same wait read again, by the same mailer or the next, sends nothing', async () => {
  const world = await startWorld({ ann: ANN });
  const inbox = await startTestInbox();
  const first = await startTestMailer(world, inbox.port);
  const sequence = await publish(due('ann'));
  await done(world, await publish(due('ann')));
  await first.stop();
  await world.positions.savePosition('mailer-0', sequence - 1);
  await startTestMailer(world, inbox.port);
  await done(world, sequence + 1);
  expect(inbox.received()).toBe(1);
});

test('who has no letter to get has none, and the reason is counted', async () => {
  const world = await startWorld({
    none: { course: 'Maths' },
    two: { ...ANN, email: 'ann@example.com, eve@example.com' },
    bare: { email: 'bare@example.com' },
    quiet: ANN,
  });
  const inbox = await startTestInbox();
  const mailer = await startTestMailer(world, inbox.port);
  const other: Effect = { ...due('none'), campaign: 'gone' } as Effect; // still a due
  await done(
    world,
    await publish(
      due('none'),
      due('two'),
      due('bare'),
      due('nobody'),
      other,
      due('quiet', 1, 'import'),
    ),
  );
  expect(inbox.received()).toBe(0);
  const counted = (await mailer.metrics())
    .split('\n')
    .filter((line) => line.includes('decisions_total{'));
  expect(counted.toSorted()).toEqual(
    ['bad-address', 'no-address', 'template-failed', 'unknown-campaign', 'unknown-customer'].map(
      (reason) => `shoal_mail_decisions_total{decision="skip",reason="${reason}"} 1`,
    ),
  );
  expect(lines.join('\n')).toContain('reads it.customer.course, which is missing');
  expect(lines.filter((line) => PERSONAL.test(line))).toEqual([]);
});

test('an intent without an end is unknown after a restart, and not sent', async () => {
  const world = await startWorld({ ann: ANN });
  const inbox = await startTestInbox();
  const id = mailId('course-welcome', 'ann', 1_000);
  await world.ledger.intend(id, 1_000);
  const mailer = await startTestMailer(world, inbox.port);
  await done(world, await publish(due('ann')));
  expect(inbox.received()).toBe(0);
  expect(await world.ledger.state(id)).toBe('unknown');
  expect(await mailer.metrics()).toContain('outcome="unknown",stage="restart"} 1');
  expect(lines.join('\n')).toContain(id);
});

test('a letter that waits for its next try goes on after a restart', async () => {
  const world = await startWorld({ ann: ANN });
  const id = mailId('course-welcome', 'ann', 1_000);
  const refusing = await startScriptedSmtp(() => ({ rcpt: '450 later' }));
  onTestFinished(() => refusing.close());
  const first = await startTestMailer(world, refusing.port);
  const sequence = await publish(due('ann'));
  await expect.poll(() => world.ledger.state(id), { timeout: 10_000 }).toBe('waiting');
  await first.stop();
  expect(await world.ledger.state(id)).toBe('waiting');
  const inbox = await startTestInbox();
  await startTestMailer(world, inbox.port);
  await done(world, sequence);
  expect(inbox.received()).toBe(1);
  expect(await world.ledger.state(id)).toBe('sent');
});

test.each<[string, Script, Script, number, string]>([
  ['refused for now, then taken', { rcpt: '450 later' }, {}, 1, 'sent'],
  ['away, then there', { connect: CLOSE }, {}, 1, 'sent'],
  ['refused for good', { rcpt: '550 no' }, {}, 0, 'failed'],
  ['taken without an answer', { dot: CLOSE }, {}, 1, 'unknown'],
])('a letter that is %s', async (_what, first, then, letters, state) => {
  const world = await startWorld({ ann: ANN });
  const server = await startScriptedSmtp((n) => (n === 1 ? first : then));
  onTestFinished(() => server.close());
  await startTestMailer(world, server.port);
  await done(world, await publish(due('ann')));
  expect(server.letters()).toHaveLength(letters);
  expect(await world.ledger.state(mailId('course-welcome', 'ann', 1_000))).toBe(state);
  expect(lines.filter((line) => PERSONAL.test(line))).toEqual([]);
});

test('the mailer waits for the owner of the partition', async () => {
  const owner = { isReady: false };
  const world = await startWorld({ ann: ANN }, owner);
  const inbox = await startTestInbox();
  await startTestMailer(world, inbox.port);
  const sequence = await publish(due('ann'));
  await expect.poll(() => lines.join(), { timeout: 10_000 }).toContain('owner-not-ready');
  expect(inbox.received()).toBe(0);
  owner.isReady = true;
  await done(world, sequence);
  expect(inbox.received()).toBe(1);
});

test('the mailer waits for the store', async () => {
  const world = await startWorld({ ann: ANN });
  const inbox = await startTestInbox();
  const mailer = await startTestMailer(world, inbox.port);
  await done(world, await publish(due('nobody')));
  await redisServer.kill();
  const sequence = await publish(due('ann'));
  await expect.poll(() => lines.join(), { timeout: 10_000 }).toContain('store-away');
  expect(inbox.received()).toBe(0);
  await redisServer.restart();
  await expect.poll(() => inbox.received(), { timeout: 20_000 }).toBe(1);
  await expect.poll(() => redis.status, { timeout: 20_000 }).toBe('ready');
  await done(world, sequence);
  expect(mailer.failures).toEqual([]);
});
