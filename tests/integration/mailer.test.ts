import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startInbox } from '../../src/adapters/smtp/inbox.ts';
import { DAY_MS, HOUR_MS } from '../../src/base/time.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Effect } from '../../src/engine/effect.ts';
import { mailId } from '../../src/roles/mailer/mail-id.ts';
import { ANN, due, MailHouse, WELCOME } from '../support/mail-house.ts';
import { CLOSE, startScriptedSmtp, type Script } from '../support/scripted-smtp.ts';

/*
 * A mailer with a real log, store and mail server; the test plays the owner of the one partition.
 */

/** What a log line must never hold. */
const PERSONAL = /ann|lee|maths|@/i;

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

const personalLines = (): string[] => house.lines.filter((line) => PERSONAL.test(line));

describe('a wait that is over', () => {
  test('becomes one letter, with the right words', async () => {
    const world = await house.world({ ann: ANN });
    const inbox = await startTestInbox();
    const mailer = await world.mailer(inbox.port);
    const at = Date.now();
    await world.done(await world.publish(due('ann', at)));
    const [letter, ...others] = inbox.letters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      from: 'Shoal School <school@example.com>',
      to: 'Ann Lee <ann@example.com>',
      subject: 'Ann, your course “Maths <for> all” is ready',
      text: expect.stringContaining('Maths <for> all'),
      html: expect.stringContaining('Maths &lt;for&gt; all'),
    });
    expect(letter?.html).not.toContain('<for>');
    const id = mailId(WELCOME.id, 'ann', at);
    expect(letter?.raw.replace(/\r\n\s+/g, ' ')).toContain(`Message-ID: <${id}@example.com>`);
    expect((await world.ledger.page('ann')).letters.get(id)).toMatchObject({
      state: 'sent',
      isTold: true,
    });
    expect(await mailer.metrics()).toContain(
      'shoal_mail_decisions_total{decision="send",reason="due"} 1',
    );
    expect(personalLines()).toEqual([]);
  });

  test('is told in the log of its customer', async () => {
    const world = await house.world({ ann: ANN });
    const inbox = await startTestInbox();
    await world.mailer(inbox.port);
    const at = Date.now();
    const letter = mailId(WELCOME.id, 'ann', at);
    await world.done(await world.publish(due('ann', at)));
    expect(await world.told()).toEqual([
      expect.objectContaining({
        type: 'track',
        customer: 'ann',
        event: 'Campaign Decided',
        messageId: `decided-${letter}`,
        properties: {
          campaign_id: 'course-welcome',
          decision: 'sent',
          reason: 'due',
          stage: 'dot',
          letter_id: letter,
          triggered_at: new Date(at).toISOString(),
          due_at: new Date(at).toISOString(),
          trigger: { attribute: 'course', from: null, to: 'Maths' },
        },
      }),
    ]);
  });

  test('and read again, by the same mailer or the next, sends and tells nothing more', async () => {
    const world = await house.world({ ann: ANN });
    const inbox = await startTestInbox();
    const first = await world.mailer(inbox.port);
    const at = Date.now();
    const sequence = await world.publish(due('ann', at));
    await world.done(await world.publish(due('ann', at)));
    await first.stop();
    await world.positions.savePosition('mailer-0', sequence - 1);
    await world.mailer(inbox.port);
    await world.done(sequence + 1);
    expect(inbox.received()).toBe(1);
    expect(await world.told()).toHaveLength(1);
  });

  test('that was ended early is told as that', async () => {
    const world = await house.world({ ann: ANN });
    const inbox = await startTestInbox();
    await world.mailer(inbox.port);
    const triggeredAt = Date.now();
    const head = { at: triggeredAt, customer: 'ann', why: 'event' } as const;
    await world.done(
      await world.publish({ ...head, kind: 'cancelled', campaign: WELCOME.id, triggeredAt }),
    );
    const [told, ...others] = await world.told();
    expect(others).toEqual([]);
    expect(told?.properties).toMatchObject({ decision: 'skipped', reason: 'cancelled' });
    expect(told?.properties).not.toHaveProperty('due_at');
    expect(inbox.received()).toBe(0);
  });
});

test('who has no letter to get has none, and the reason is counted and told', async () => {
  const world = await house.world({
    none: { course: 'Maths' },
    two: { ...ANN, email: 'ann@example.com, eve@example.com' },
    bare: { email: 'bare@example.com' },
    quiet: ANN,
    lapsed: ANN,
    suppressed: { ...ANN, email: 'Bounced@example.com' },
    gone: ANN,
    late: ANN,
  });
  world.lapsed.add('lapsed');
  await world.suppressions.add({ address: 'bounced@EXAMPLE.com', reason: 'import', at: 0 });
  await world.consents.record('gone', '*', { state: 'withdrawn', at: 1, source: 'page' });
  const inbox = await startTestInbox();
  const campaign = { ...WELCOME, condition: { kind: 'segment', segment: 'vip' } } as const;
  const mailer = await world.mailer(inbox.port, { campaigns: [campaign] });
  const other: Effect = { ...due('none'), campaign: 'gone' } as Effect; // still a due
  const all = ['none', 'two', 'bare', 'nobody', 'lapsed', 'suppressed', 'gone'];
  const old = due('late', Date.now() - 2 * HOUR_MS);
  const quiet = due('quiet', 1, 'import');
  await world.done(await world.publish(...all.map((id) => due(id)), old, other, quiet));
  expect(inbox.received()).toBe(0);
  const reasons = [
    'bad-address',
    'no-address',
    'no-longer-true',
    'suppressed',
    'template-failed',
    'too-old',
    'unknown-campaign',
    'unsubscribed',
  ];
  const counted = (await mailer.metrics())
    .split('\n')
    .filter((line) => line.includes('decisions_total{'));
  expect(counted.toSorted()).toEqual(
    [...reasons, 'unknown-customer']
      .toSorted()
      .map((reason) => `shoal_mail_decisions_total{decision="skip",reason="${reason}"} 1`),
  );
  const told = await world.told();
  const toldReasons = told.map(({ properties }) => JSON.stringify(properties['reason']));
  expect(toldReasons.toSorted()).toEqual(reasons.map((reason) => JSON.stringify(reason)));
  // An event would make them known.
  expect(told.map(({ customer }) => customer)).not.toContain('nobody');
  expect(house.lines.join('\n')).toContain('it.customer.course');
  expect(personalLines()).toEqual([]);
});

describe('names and addresses', () => {
  test.each<[JsonObject, string[]]>([
    [{ name: 'Ann\r\nBcc: eve@example.com' }, ['ann@example.com']],
    [{ name: 'Ann, eve@example.com' }, ['ann@example.com']],
    [{ name: '"Ann" <eve@example.com>, "' }, ['ann@example.com']],
    [{ name: '<b>Ann</b> & co' }, ['ann@example.com']],
    [{ email: 'ann@bob@example.com' }, []],
    [{ email: 'ann@example.com,eve@example.com' }, []],
    [{ email: 'ann@example.com\r\nRCPT TO:<eve@example.com>' }, []],
    [{ email: '<eve@example.com>' }, []],
  ])('%j', async (attributes, recipients) => {
    const world = await house.world({ ann: { ...ANN, ...attributes } });
    const inbox = await startTestInbox();
    await world.mailer(inbox.port);
    await world.done(await world.publish(due('ann')));
    const letters = inbox.letters();
    expect(letters.map(({ to }) => /<([^<>]*)>$/.exec(to)?.[1] ?? to)).toEqual(recipients);
    for (const { raw, html } of letters) {
      expect(raw).not.toMatch(/^bcc:/im);
      expect(html).not.toContain('<b>Ann');
    }
  });
});

test('a cap holds over letters that are due at once', async () => {
  const world = await house.world({ ann: ANN });
  const inbox = await startTestInbox();
  const caps = [{ kind: 'rolling', max: 2, withinMs: DAY_MS }] as const;
  const campaigns = Array.from({ length: 6 }, (_, i) => ({ ...WELCOME, id: `c${i}` }));
  await world.mailer(inbox.port, { campaigns, policy: { consent: 'opt-out', caps } });
  const dues = campaigns.map(({ id }): Effect => ({ ...due('ann'), campaign: id }) as Effect);
  await world.done(await world.publish(...dues));
  expect(inbox.received()).toBe(2);
  const reasons = (await world.told()).map(({ properties }) => properties['reason']);
  expect(reasons).toEqual(['due', 'due', ...Array.from({ length: 4 }, () => 'frequency-cap')]);
});

test.each<[string, Script, Script, number, string]>([
  ['refused for now, then taken', { rcpt: '450 later' }, {}, 1, 'sent'],
  ['away, then there', { connect: CLOSE }, {}, 1, 'sent'],
  ['refused for good', { rcpt: '550 no' }, {}, 0, 'failed'],
  ['taken without an answer', { dot: CLOSE }, {}, 1, 'unknown'],
])('a letter that is %s', async (_what, first, then, letters, state) => {
  const world = await house.world({ ann: ANN });
  const server = await startServer((n) => (n === 1 ? first : then));
  await world.mailer(server.port);
  await world.done(await world.publish(due('ann')));
  expect(server.letters()).toHaveLength(letters);
  const [told] = (await world.told()).filter(({ event }) => event === 'Campaign Decided');
  expect(told?.properties).toMatchObject({ decision: state });
  expect(personalLines()).toEqual([]);
});

test('a receipt that may not have arrived is sent once more, under the same name', async () => {
  const world = await house.world({ ann: ANN });
  const server = await startServer(() => ({ dot: CLOSE }));
  await world.mailer(server.port, { campaigns: [{ ...WELCOME, kind: 'transactional' }] });
  await world.done(await world.publish(due('ann')));
  const ids = server.letters().map((letter) => /^Message-ID:\s*<(.*)>/m.exec(letter)?.[1]);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  expect((await world.told())[0]?.properties).toMatchObject({ decision: 'unknown' });
});

test('a mailbox that does not exist is mailed no more, and that is told', async () => {
  const world = await house.world({ ann: ANN });
  const server = await startServer((n) => (n === 1 ? { rcpt: '550 5.1.1 no such user' } : {}));
  await world.mailer(server.port);
  const at = Date.now();
  await world.done(await world.publish(due('ann', at), due('ann', at + 1)));
  expect(await world.suppressions.find('ann@example.com')).toMatchObject({ reason: 'hard-bounce' });
  const told = await world.told();
  expect(told.map(({ event, properties }) => [event, properties['reason']])).toEqual([
    ['Email Bounced', '550'],
    ['Campaign Decided', '550'],
    ['Campaign Decided', 'suppressed'],
  ]);
  expect(server.letters()).toEqual([]);
});

test('a letter that waits for its next try holds up nobody else', async () => {
  const customers = Array.from({ length: 300 }, (_, i) => `c${i}`);
  const world = await house.world(Object.fromEntries(customers.map((id) => [id, ANN])));
  world.customers['slow'] = { ...ANN, email: 'slow@example.com' };
  const server = await startServer(() => ({ rcptOf: { 'SLOW@EXAMPLE.COM': '450 later' } }));
  await world.mailer(server.port);
  await world.publish(due('slow'), ...customers.map((id) => due(id)));
  await expect.poll(() => server.letters().length, { timeout: 30_000 }).toBe(300);
  const letters = [...(await world.ledger.page('slow')).letters.values()];
  expect(letters).toMatchObject([{ state: 'waiting', tries: expect.any(Number) }]);
});

test('no more letters are handed over at once than there are connections', async () => {
  const customers = Array.from({ length: 40 }, (_, i) => `c${i}`);
  const world = await house.world(Object.fromEntries(customers.map((id) => [id, ANN])));
  let connections = 0;
  const server = await startServer((n) => {
    connections = n;
    return {};
  });
  await world.mailer(server.port, { connectionsMax: 3 });
  await world.done(await world.publish(...customers.map((id) => due(id))));
  expect(server.letters()).toHaveLength(40);
  expect(connections).toBe(3);
});
