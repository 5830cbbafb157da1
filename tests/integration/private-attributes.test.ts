import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { startInbox, type RunningInbox } from '../../src/adapters/smtp/inbox.ts';
import { partitionOf } from '../../src/base/hash.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Query } from '../../src/wire/questions/query.ts';
import { querySubject } from '../../src/wire/subject.ts';
import { Cluster } from '../support/cluster.ts';
import { runProgram } from '../support/program.ts';
import { RecordingLogger, systemClock } from '../support/world.ts';

/*
 * Private attributes from the first request to the letter: what comes in over HTTP is hashed before
 * it is in the log, and still letters reach people.
 */

/** What no file of the log may hold, nor any key of Redis but the directory's. */
const PRIVATE = /zelda|quux/i;
const ZELDA = { email: 'zelda@example.com', name: 'Zelda Quux' };
const SECRET = 'a secret of a test, long enough';

let templates: string;
let inbox: RunningInbox;
let cluster: Cluster;

beforeAll(async () => {
  inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 100 });
  templates = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  const was = "it.maybe('trigger.from') ?? 'unknown'";
  await writeTemplate('moved', `<p>Was <%= ${was} %>, is <%= it.trigger.to %></p>`);
  await writeTemplate('signed-up', '<p>Welcome</p>');
  cluster = await Cluster.start({
    partitions: 2,
    segments: {
      reachable: 'rule: { attribute: email, exists: true }\n',
      told: 'rule: { event: $identify, where: { email: { exists: true } } }\n',
      buyers: 'rule: { event: Order Completed }\n',
    },
    campaigns: {
      moved: `when: { attribute: email, changed: true }
template: moved
from: { name: Shop, address: shop@example.com }
`,
      'signed-up': `when: { event: Signed Up }
template: signed-up
from: { name: Shop, address: shop@example.com }
`,
    },
    settings: [
      `smtp.port=${inbox.port}`,
      'privateAttributes=email name',
      `privacy.secret=${SECRET}`,
      `folders.templates=${templates}`,
    ],
  });
  await cluster.up();
});

afterAll(async () => {
  await cluster?.end();
  await inbox?.close();
  await rm(templates, { recursive: true });
});

async function writeTemplate(name: string, html: string): Promise<void> {
  const folder = join(templates, name);
  await mkdir(folder);
  await writeFile(join(folder, 'subject.eta'), "Hello <%= it.maybe('customer.name') ?? 'you' %>");
  await writeFile(join(folder, 'html.eta'), html);
}

async function post(path: string, body: JsonObject): Promise<number> {
  const headers = { 'x-write-key': cluster.keys.server };
  const answer = await fetch(`${cluster.url}/v1/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ timestamp: new Date().toISOString(), ...body }),
  });
  return answer.status;
}

const identify = (userId: string, traits: JsonObject): Promise<number> =>
  post('identify', { userId, traits });

async function members(segment: string, count: number): Promise<void> {
  await expect.poll(() => cluster.live.members[segment]).toBe(count);
}

/** The letters to an address: subject and text. */
function lettersTo(address: string): string[] {
  const ours = inbox.letters().filter(({ to }) => to.includes(address));
  return ours.map(({ subject, text }) => `${subject}: ${text.trim()}`).toSorted();
}

describe('while all is well', () => {
  test('a letter goes to the right address, and segments ask whether there is one', async () => {
    expect(await identify('z1', { ...ZELDA, plan: 'free' })).toBe(200);
    expect(await identify('b1', { name: 'Ben' })).toBe(200);
    await members('reachable', 1);
    await members('told', 1);
    await expect
      .poll(() => lettersTo('zelda@example.com'))
      .toEqual(['Hello Zelda Quux: Was unknown, is zelda@example.com']);
  });

  test('another address is a change, the same one is none', async () => {
    expect(await identify('z1', ZELDA)).toBe(200);
    expect(await identify('z1', { email: 'quux@example.com' })).toBe(200);
    await expect
      .poll(() => lettersTo('quux@example.com'))
      .toEqual(['Hello Zelda Quux: Was unknown, is quux@example.com']);
    expect(lettersTo('zelda@example.com')).toHaveLength(1);
  });

  test('an address that is taken away is gone', async () => {
    expect(await identify('z2', { email: 'zelda2@example.com', name: 'Zelda' })).toBe(200);
    await members('reachable', 2);
    expect(await identify('z2', { email: null })).toBe(200);
    await members('reachable', 1);
  });

  test('a preview shows the letter as it would go out, and an explanation no value', async () => {
    const page = await fetch(`${cluster.url}/v1/campaigns/moved/preview?customer=z1`, {
      headers: { 'x-write-key': cluster.keys.server },
    });
    expect(await page.text()).toContain('Hello Zelda Quux');
    const out = join(cluster.folder, 'preview');
    const args = ['campaign', 'preview', 'moved', '--customer', 'z1', '--out', out];
    expect(await cluster.run(args)).toMatchObject({ status: 0, stderr: '' });
    expect(await readFile(join(out, 'moved.html'), 'utf8')).toContain('is quux@example.com');

    const segment = await cluster.run(['why', 'z1', 'reachable']);
    expect(segment.stdout).toContain('email is there, and private');
    const campaign = await cluster.run(['why', 'z1', 'moved']);
    expect(campaign.stdout).toContain('there is an address');
    expect(segment.stdout + campaign.stdout).not.toMatch(PRIVATE);
  });
});

describe('what else bears an address', () => {
  test('traits of groups and of contexts are hashed on their way', async () => {
    const context = { traits: ZELDA };
    expect(await post('group', { userId: 'z3', groupId: 'g', traits: ZELDA })).toBe(200);
    expect(await post('track', { userId: 'z3', event: 'Order Completed', context })).toBe(200);
    await members('buyers', 1);
    await members('reachable', 1);
  });
});

/** The keys of Redis whose values hold a text. */
async function keysWith(text: RegExp): Promise<string[]> {
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const redis = await connectRedis(cluster.redis.url, world);
  try {
    const found: string[] = [];
    for (const key of await redis.keys('*')) {
      const kind = await redis.type(key);
      const value = kind === 'hash' ? JSON.stringify(await redis.hgetall(key)) : undefined;
      const bytes = kind === 'string' ? await redis.getBuffer(key) : undefined;
      if (text.test(value ?? bytes?.toString('latin1') ?? '')) found.push(key);
    }
    return found;
  } finally {
    redis.disconnect();
  }
}

/** The first of these names whose partition it is. */
function nameIn(partition: number, stem: string): string {
  for (let i = 0; ; i++) {
    if (partitionOf(`${stem}${i}`, 2) === partition) return `${stem}${i}`;
  }
}

/** What the engine knows of a customer: marks, where an attribute is private. */
async function attributesOf(customer: string): Promise<JsonObject> {
  const query: Query = { type: 'attributes', customer };
  const subject = querySubject(partitionOf(customer, 2));
  const answer = await cluster.link.bus.request(subject, Buffer.from(JSON.stringify(query)), 5_000);
  return JSON.parse(Buffer.from(answer).toString()).attributes;
}

describe('a visitor who logs in', () => {
  test.each([
    ['in the same partition', 0, 0],
    ['in another partition', 0, 1],
  ])('%s brings their address along', async (where, of, ofOther) => {
    const [visitor, userId] = [nameIn(of, `visitor-${ofOther}-`), nameIn(ofOther, `user-${of}-`)];
    const email = `zelda${of}${ofOther}@example.com`;
    const before = cluster.live.members['reachable'] ?? 0;
    expect(await post('identify', { anonymousId: visitor, traits: { email } })).toBe(200);
    await members('reachable', before + 1);
    expect(await post('identify', { anonymousId: visitor, userId, traits: {} })).toBe(200);
    // Else they would have signed up before we know that they are the visitor.
    await expect.poll(() => attributesOf(userId)).toHaveProperty('email');
    expect(await post('track', { userId, event: 'Signed Up' })).toBe(200);
    const welcome = (): string[] => lettersTo(email).filter((text) => text.includes('Welcome'));
    await expect.poll(welcome, { message: where }).toEqual(['Hello you: Welcome']);
    await members('reachable', before + 1);

    const traits = { name: 'Zelda the Late' };
    expect(await post('identify', { anonymousId: visitor, traits })).toBe(200);
    await expect.poll(() => attributesOf(userId)).toHaveProperty('name');
    expect(await post('track', { userId, event: 'Signed Up' })).toBe(200);
    await expect.poll(welcome).toEqual(['Hello Zelda the Late: Welcome', 'Hello you: Welcome']);
  });
});

test('of who is forgotten the directory holds nothing, whatever comes later', async () => {
  const reachable = cluster.live.members['reachable'] ?? 0;
  expect(await identify('f1', { email: 'fern@example.com' })).toBe(200);
  await members('reachable', reachable + 1);
  const headers = { 'x-write-key': cluster.keys.server };
  const url = `${cluster.url}/v1/customers/f1`;
  expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(202);
  await members('reachable', reachable);
  expect(await identify('f1', { email: 'fern@example.com' })).toBe(200);
  expect(await keysWith(/fern/)).toEqual([]);
});

describe('while Redis is away', () => {
  test('what bears private attributes waits, and nothing else', async () => {
    const reachable = cluster.live.members['reachable'] ?? 0;
    await cluster.redis.kill();
    const batch = [
      { type: 'identify', userId: 'z4', traits: { email: 'zelda4@example.com' } },
      { type: 'identify', userId: 'z4', traits: { plan: 'free' } },
      { type: 'track', userId: 'z4', event: 'Order Completed', messageId: 'order of z4' },
    ];
    const timestamp = new Date().toISOString();
    const sent = { batch: batch.map((message) => ({ ...message, timestamp })) };
    expect(await post('batch', sent)).toBe(503);
    await members('buyers', 2);
    expect(await identify('z4', { email: 'zelda4@example.com' })).toBe(503);
    expect(await identify('z4', { plan: 'free' })).toBe(200);
    expect(await post('track', { userId: 'z5', event: 'Order Completed' })).toBe(200);
    await members('buyers', 3);
    expect(cluster.live.members['reachable']).toBe(reachable);

    await cluster.redis.restart();
    await expect.poll(() => post('batch', sent)).toBe(200);
    await members('reachable', reachable + 1);
    await members('buyers', 3);
  });
});

/** The files below a folder that hold a text. */
async function filesWith(folder: string, text: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (text.test(await readFile(path, 'latin1'))) found.push(path.slice(folder.length));
  }
  return found;
}

test('no file of NATS holds what is private', async () => {
  await cluster.down('SIGTERM');
  // It writes all of it down when it ends.
  await cluster.nats.restart();
  const written = await filesWith(cluster.nats.dataFolder, /private:[\w-]{22}/);
  expect(written.some((path) => path.includes('shoal-events-'))).toBe(true);
  expect(written.some((path) => path.includes('shoal-transitions-'))).toBe(true);
  expect(await filesWith(cluster.nats.dataFolder, PRIVATE)).toEqual([]);
});

test('nothing in Redis but the directory does', async () => {
  const held = await keysWith(PRIVATE);
  expect(held.length).toBeGreaterThan(0);
  expect(held.filter((key) => !key.startsWith('shoal:shoal:dir:'))).toEqual([]);
});

test('without a secret nothing is started', async () => {
  const { status, stderr } = await runProgram(['start', '--set', 'privateAttributes=email']);
  expect(status).toBe(78);
  expect(stderr).toContain('no secret that their hashes are keyed with\n  at privacy.secret\n');
});
