import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startInbox } from '../../src/adapters/smtp/inbox.ts';
import type { Claim } from '../../src/roles/ports/ledger.ts';
import { mailId } from '../../src/roles/mailer/mail-id.ts';
import { ANN, due, MailHouse, WELCOME } from '../support/mail-house.ts';
import { SILENCE, startScriptedSmtp, type Script } from '../support/scripted-smtp.ts';
import { eventually } from '../support/world.ts';

/* What a mailer finds after a restart, beside another mailer, and when what it needs is away. */

let house: MailHouse;
beforeAll(async () => {
  house = await MailHouse.start();
});
afterAll(() => house.stop());
beforeEach(() => {
  house.lines.length = 0;
});

async function startTestInbox() {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 100 });
  onTestFinished(() => inbox.close());
  return inbox;
}

async function startServer(scriptOf: (connection: number) => Script) {
  const server = await startScriptedSmtp(scriptOf);
  onTestFinished(() => server.close());
  return server;
}

/** A claim as a mailer that has died since has made it. */
function deadClaim(letter: string, given: Partial<Claim> = {}): Claim {
  return {
    customer: 'ann',
    letter,
    campaign: WELCOME.id,
    at: 1_000,
    isMarketing: true,
    writer: 'dead.1',
    holdMs: 0,
    consent: 'none',
    caps: [],
    ...given,
  };
}

test('an intent without an end is unknown after a restart, and not sent', async () => {
  const world = await house.world({ ann: ANN });
  const inbox = await startTestInbox();
  const at = Date.now();
  const id = mailId(WELCOME.id, 'ann', at);
  await world.ledger.claim(deadClaim(id));
  const mailer = await world.mailer(inbox.port);
  await world.done(await world.publish(due('ann', at)));
  expect(inbox.received()).toBe(0);
  const { letters } = await world.ledger.page('ann');
  expect(letters.get(id)).toMatchObject({ state: 'unknown', stage: 'restart', isTold: true });
  expect((await world.told())[0]?.properties).toMatchObject({ decision: 'unknown' });
  expect(await mailer.metrics()).toContain('outcome="unknown",stage="restart"} 1');
  expect(house.lines.join('\n')).toContain(id);
});

test('the intent of a mailer that may live is left to it until its hold is over', async () => {
  const world = await house.world({ ann: ANN, bob: ANN });
  const inbox = await startTestInbox();
  const at = Date.now();
  const id = mailId(WELCOME.id, 'ann', at);
  await world.ledger.claim(deadClaim(id, { holdMs: 3_000 }));
  await world.mailer(inbox.port);
  const sequence = await world.publish(due('ann', at), due('bob', at));
  await expect.poll(() => inbox.received(), { timeout: 10_000 }).toBe(1);
  expect((await world.ledger.page('ann')).letters.get(id)).toMatchObject({ state: 'intent' });
  await world.done(sequence);
  expect((await world.ledger.page('ann')).letters.get(id)).toMatchObject({ state: 'unknown' });
  expect(inbox.received()).toBe(1);
});

test("a receipt's intent without an end is sent once more after a restart", async () => {
  const world = await house.world({ ann: ANN });
  const inbox = await startTestInbox();
  const at = Date.now();
  const id = mailId(WELCOME.id, 'ann', at);
  await world.ledger.claim(deadClaim(id, { isMarketing: false }));
  await world.mailer(inbox.port, { campaigns: [{ ...WELCOME, kind: 'transactional' }] });
  await world.done(await world.publish(due('ann', at)));
  expect(inbox.received()).toBe(1);
  const { letters } = await world.ledger.page('ann');
  expect(letters.get(id)).toMatchObject({ state: 'sent', isRepeat: true });
});

test('a letter that waits for its next try goes on after a restart', async () => {
  const world = await house.world({ ann: ANN });
  const refusing = await startServer(() => ({ rcpt: '450 later' }));
  const first = await world.mailer(refusing.port);
  const sequence = await world.publish(due('ann'));
  const states = async (): Promise<string[]> =>
    [...(await world.ledger.page('ann')).letters.values()].map(({ state }) => state);
  await expect.poll(states, { timeout: 10_000 }).toEqual(['waiting']);
  await first.stop();
  expect(await states()).toEqual(['waiting']);
  const inbox = await startTestInbox();
  await world.mailer(inbox.port);
  await world.done(sequence);
  expect(inbox.received()).toBe(1);
  expect(await states()).toEqual(['sent']);
});

test('what has ended and is not told yet is told after a restart', async () => {
  const world = await house.world({ ann: ANN });
  const inbox = await startTestInbox();
  const at = Date.now();
  const letter = mailId(WELCOME.id, 'ann', at);
  const entry = {
    campaign: WELCOME.id,
    state: 'sent',
    revision: 2,
    at,
    isMarketing: true,
  } as const;
  await world.ledger.put({ customer: 'ann', letter, entry });
  await world.mailer(inbox.port);
  await world.done(await world.publish(due('ann', at)));
  expect(inbox.received()).toBe(0);
  expect((await world.told()).map(({ properties }) => properties['decision'])).toEqual(['sent']);
});

test('two mailers at once send every letter once', async () => {
  const customers = Array.from({ length: 200 }, (_, i) => `c${i}`);
  const known = customers.map((id) => [id, { ...ANN, email: `${id}@example.com` }]);
  const world = await house.world(Object.fromEntries(known));
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 1_000 });
  onTestFinished(() => inbox.close());
  await Promise.all([world.mailer(inbox.port), world.mailer(inbox.port)]);
  await world.done(await world.publish(...customers.map((id) => due(id))));
  const letters = inbox.letters().map(({ to }) => to);
  expect(letters).toHaveLength(200);
  expect(new Set(letters).size).toBe(200);
  const told = await world.told();
  expect(new Set(told.map(({ messageId }) => messageId)).size).toBe(200);
});

test('the mailer waits for the owner of the partition', async () => {
  const world = await house.world({ ann: ANN });
  world.isOwnerReady = false;
  const inbox = await startTestInbox();
  await world.mailer(inbox.port);
  const sequence = await world.publish(due('ann'));
  await expect.poll(() => house.lines.join(), { timeout: 10_000 }).toContain('owner-not-ready');
  expect(inbox.received()).toBe(0);
  world.isOwnerReady = true;
  await world.done(sequence);
  expect(inbox.received()).toBe(1);
});

test('the mailer waits for the store', async () => {
  const world = await house.world({ ann: ANN });
  const inbox = await startTestInbox();
  const mailer = await world.mailer(inbox.port);
  await world.done(await world.publish(due('nobody')));
  await house.redisServer.kill();
  const sequence = await world.publish(due('ann'));
  await expect.poll(() => house.lines.join(), { timeout: 10_000 }).toContain('store-away');
  expect(inbox.received()).toBe(0);
  await house.redisServer.restart();
  await expect.poll(() => inbox.received(), { timeout: 20_000 }).toBe(1);
  await world.done(sequence);
  expect(mailer.failures).toEqual([]);
});

test('a letter that the store has forgotten over its restart is not sent again', async () => {
  const world = await house.world({ ann: ANN, bob: ANN });
  const at = Date.now();
  const id = mailId(WELCOME.id, 'ann', at);
  // The first server never answers the final dot: the intent stands while the store forgets it.
  const server = await startServer((n) => (n === 1 ? { dot: SILENCE } : {}));
  await world.mailer(server.port, {}, 5_000);
  await world.publish(due('ann', at));
  await eventually('the letter is handed over', () => server.letters().length === 1);
  await house.redis.del(...(await house.redis.keys(`shoal:${world.cluster}:mail:*`)));
  await house.redisServer.kill();
  await house.redisServer.restart();
  const ready = (): boolean => house.redis.status === 'ready';
  await eventually('the store is back', ready);
  await world.publish(due('bob', at));
  await eventually('the next letter is sent', () => server.letters().length === 2);
  expect((await world.ledger.page('ann')).letters.get(id)).toMatchObject({ state: 'intent' });
});
