import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectRedis } from '../../../src/adapters/redis/connect.ts';
import { RedisConsents } from '../../../src/adapters/redis/consents.ts';
import { RedisLedger } from '../../../src/adapters/redis/ledger.ts';
import type { Claim, Claimed, LetterEntry } from '../../../src/roles/ports/ledger.ts';
import { startRedis, type RunningServer } from '../../support/servers.ts';
import { RecordingLogger, systemClock } from '../../support/world.ts';

const HOLD_MS = 60_000;

let server: RunningServer;
let redis: Awaited<ReturnType<typeof connectRedis>>;
let ledger: RedisLedger;
let consents: RedisConsents;
let clusters = 0;
let claims = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = await connectRedis(server.url, { clock: systemClock, logger: new RecordingLogger() });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => {
  const cluster = `test-${clusters++}`;
  ledger = new RedisLedger(redis, cluster);
  consents = new RedisConsents(redis, cluster);
});

function claimOf(given: Partial<Claim> = {}): Claim {
  return {
    customer: 'ann',
    letter: 'l1',
    campaign: 'welcome',
    at: 1_000,
    isMarketing: true,
    writer: `boot.${++claims}`,
    holdMs: HOLD_MS,
    consent: 'opt-out',
    caps: [],
    ...given,
  };
}

async function claim(given: Partial<Claim> = {}): Promise<Claimed> {
  return ledger.claim(claimOf(given));
}

/** Claims, and writes how it ended. */
async function end(given: Partial<Claim>, how: Partial<LetterEntry>, holdMs = 0) {
  const claimed = await claim(given);
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  const { customer, letter } = claimOf(given);
  const entry = { ...claimed.entry, ...how, revision: claimed.entry.revision + 1 };
  return ledger.put({ customer, letter, entry, holdMs });
}

async function allLetters() {
  const found = [];
  for await (const each of ledger.letters()) found.push(each);
  return found;
}

const kinds = (all: readonly Claimed[]): string[] => all.map(({ kind }) => kind).toSorted();

test('of twenty who claim one letter one gets it', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => claim()));
  expect(kinds(all)).toEqual(['claimed', ...Array.from({ length: 19 }, () => 'taken')]);
  const taken = all.find((each) => each.kind === 'taken');
  expect(taken).toMatchObject({ entry: { state: 'intent', revision: 1 } });
  expect(taken?.kind === 'taken' && taken.heldMs).toBeGreaterThan(HOLD_MS / 2);
});

test('a claim that is repeated after a lost answer is the same claim', async () => {
  const again = claimOf();
  expect(await ledger.claim(again)).toMatchObject({ kind: 'claimed', entry: { revision: 1 } });
  expect(await ledger.claim(again)).toMatchObject({ kind: 'claimed', entry: { revision: 1 } });
});

describe('what can be claimed again', () => {
  test.each<[string, Partial<Claim>, Partial<LetterEntry>, number, string]>([
    ['one that waits no more', {}, { state: 'waiting', tries: 2 }, 0, 'claimed'],
    ['one that waits', {}, { state: 'waiting' }, HOLD_MS, 'taken'],
    ['one that is sent', {}, { state: 'sent' }, 0, 'taken'],
    ['one that was skipped', {}, { state: 'skipped' }, 0, 'taken'],
    ['an intent that is held no more', {}, { state: 'intent' }, 0, 'taken'],
    [
      "a receipt's intent that is held",
      { isMarketing: false },
      { state: 'intent' },
      HOLD_MS,
      'taken',
    ],
    [
      "a receipt's intent that is held no more",
      { isMarketing: false },
      { state: 'intent' },
      0,
      'claimed',
    ],
    [
      'the same, a second time',
      { isMarketing: false },
      { state: 'intent', isRepeat: true },
      0,
      'taken',
    ],
  ])('%s: %s', async (_what, given, how, holdMs, kind) => {
    await end(given, how, holdMs);
    expect(await claim(given)).toMatchObject({ kind });
  });

  test('and what is kept of the time before', async () => {
    await end({}, { state: 'waiting', tries: 2 });
    expect(await claim()).toMatchObject({ entry: { state: 'intent', tries: 2, revision: 3 } });
    await end({ letter: 'receipt', isMarketing: false }, { state: 'intent' });
    expect(await claim({ letter: 'receipt', isMarketing: false })).toMatchObject({
      entry: { isRepeat: true },
    });
  });

  test('by one of twenty', async () => {
    await end({}, { state: 'waiting' });
    const all = await Promise.all(Array.from({ length: 20 }, () => claim()));
    expect(kinds(all).filter((kind) => kind === 'claimed')).toHaveLength(1);
  });
});

describe('consent', () => {
  const withdrawn = { state: 'withdrawn', at: 1, source: 'page' } as const;
  const given = { state: 'given', at: 1, source: 'page' } as const;
  test.each([
    ['opt-out', '*', withdrawn, { kind: 'refused', reason: 'unsubscribed' }],
    ['opt-out', 'welcome', withdrawn, { kind: 'refused', reason: 'unsubscribed' }],
    ['opt-out', 'other', withdrawn, { kind: 'claimed' }],
    ['opt-in', 'other', given, { kind: 'refused', reason: 'no-consent' }],
    ['opt-in', 'welcome', given, { kind: 'claimed' }],
    ['opt-in', '*', given, { kind: 'claimed' }],
    ['none', '*', withdrawn, { kind: 'claimed' }],
  ] as const)('%s, %s %j: %j', async (consent, scope, recorded, claimed) => {
    await consents.record('ann', scope, recorded);
    expect(await claim({ consent })).toMatchObject(claimed);
    expect((await ledger.page('ann')).consents).toEqual(new Map([[scope, recorded]]));
  });

  test('a letter that waits is refused, too, when consent is withdrawn meanwhile', async () => {
    await end({}, { state: 'waiting' });
    await consents.record('ann', '*', withdrawn);
    expect(await claim()).toEqual({ kind: 'refused', reason: 'unsubscribed' });
  });
});

describe('caps', () => {
  const caps = [{ max: 2, since: 500 }];
  const refused = { kind: 'refused', reason: 'frequency-cap' };

  test('hold when twenty letters are claimed at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => claim({ letter: `l${i}`, caps })),
    );
    expect(kinds(all).filter((kind) => kind === 'claimed')).toHaveLength(2);
    expect(all.find(({ kind }) => kind === 'refused')).toEqual(refused);
  });

  test('count what lies after their instant, marketing only, and not what was not sent', async () => {
    await end({ letter: 'old', at: 500 }, { state: 'sent' });
    await end({ letter: 'receipt', isMarketing: false }, { state: 'sent' });
    await end({ letter: 'failed' }, { state: 'failed' });
    await end({ letter: 'skipped' }, { state: 'skipped' });
    await end({ letter: 'sent', at: 501 }, { state: 'sent' });
    expect(await claim({ letter: 'l1', caps })).toMatchObject({ kind: 'claimed' });
    await end({ letter: 'other', customer: 'eve' }, { state: 'unknown' });
    expect(await claim({ letter: 'l2', caps })).toEqual(refused);
  });

  test('each of them must let pass; a receipt asks for none', async () => {
    await end({ letter: 'sent' }, { state: 'unknown' });
    const both = [...caps, { max: 1, since: 900 }];
    expect(await claim({ letter: 'l2', caps: both })).toEqual(refused);
    expect(await claim({ letter: 'l3', caps: both, isMarketing: false })).toMatchObject({
      kind: 'claimed',
    });
  });

  test('a letter is no letter before itself', async () => {
    await end({}, { state: 'waiting' });
    expect(await claim({ caps: [{ max: 1, since: 0 }] })).toMatchObject({ kind: 'claimed' });
  });
});

test('an entry is written only over a lower revision', async () => {
  const sent = await end({}, { state: 'sent', stage: 'dot' });
  expect(sent).toMatchObject({ state: 'sent', revision: 2 });
  const late = { ...sent, state: 'unknown', revision: 2 } as const;
  expect(await ledger.put({ customer: 'ann', letter: 'l1', entry: late })).toEqual(sent);
  const told = { ...sent, isTold: true, revision: 3 };
  expect(await ledger.put({ customer: 'ann', letter: 'l1', entry: told })).toEqual(told);
  expect((await ledger.page('ann')).letters).toEqual(new Map([['l1', told]]));
});

test('every letter is listed with its customer, and no key names one', async () => {
  await end({ letter: 'l1' }, { state: 'unknown', reason: 'ETIMEDOUT' });
  await end({ letter: 'l2', customer: 'eve\n*' }, { state: 'sent' });
  const found = await allLetters();
  expect(found.map(({ customer, letter, entry }) => [customer, letter, entry.state])).toEqual(
    expect.arrayContaining([
      ['ann', 'l1', 'unknown'],
      ['eve\n*', 'l2', 'sent'],
    ]),
  );
  expect((await redis.keys('*')).filter((key) => /ann|eve/.test(key))).toEqual([]);
});

test('old letters are dropped, with the page when nothing is left in it', async () => {
  await end({ letter: 'old', at: 10 }, { state: 'sent' });
  await end({ letter: 'new', at: 20 }, { state: 'sent' });
  await end({ letter: 'old', at: 10, customer: 'eve' }, { state: 'sent' });
  await end({ letter: 'old', at: 10, customer: 'bob' }, { state: 'sent' });
  await consents.record('bob', '*', { state: 'given', at: 1, source: 'page' });
  expect(await ledger.prune(20)).toBe(3);
  const found = await allLetters();
  expect(found.map(({ customer, letter }) => [customer, letter])).toEqual([['ann', 'new']]);
  expect((await ledger.page('bob')).consents.size).toBe(1);
  expect(await ledger.prune(20)).toBe(0);
});

test('what another version wrote is no letter to be sent', async () => {
  await end({}, { state: 'sent' });
  const [key = ''] = await redis.keys(`shoal:test-${clusters - 1}:mail:*`);
  await redis.hset(key, 'm:l1', JSON.stringify({ state: 'posted' }), 'c:*', '{"state":"maybe"}');
  const page = await ledger.page('ann');
  expect(page.letters.get('l1')).toMatchObject({ state: 'unknown', revision: 0 });
  expect(page.consents.size).toBe(0);
});

test('the number of the connection is another after a loss', async () => {
  const before = ledger.connection();
  await server.kill();
  await server.restart();
  await expect.poll(() => redis.status, { timeout: 20_000 }).toBe('ready');
  expect(ledger.connection()).toBeGreaterThan(before);
});
