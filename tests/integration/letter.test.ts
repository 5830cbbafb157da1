import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInbox, type RunningInbox } from '../../src/adapters/smtp/inbox.ts';
import type { Due } from '../../src/engine/effect.ts';
import { mailId } from '../../src/roles/mailer/mail-id.ts';
import type { ReceivedLetter } from '../../src/roles/ports/mail.ts';
import { Cluster } from '../support/cluster.ts';
import { identify as identifyEvent } from '../support/owner.ts';
import { readTransitions } from '../support/transitions.ts';
import { eventually } from '../support/world.ts';

/*
 * The course letter, as it ships, from `shoal send` to an inbox. The tests tell one story, in their
 * order; a stop at its end, which leaves nothing under way, shows that no letter came twice.
 */

let inbox: RunningInbox;
let cluster: Cluster;

beforeAll(async () => {
  inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 100 });
  cluster = await Cluster.start({
    partitions: 1,
    segments: { everyone: `rule: { event: $identify }\n` },
    settings: [`smtp.port=${inbox.port}`, 'checkpoint.interval=1s'],
  });
  await cluster.up();
  await eventually('the campaign is in force', async () => {
    const statuses = await cluster.statuses();
    return statuses.every(({ counts }) => Object.hasOwn(counts, 'everyone'));
  });
});

afterAll(async () => {
  await cluster?.end();
  await inbox?.close();
});

/** Sends an `identify` of each of these customers, one after the other, a millisecond apart. */
async function identify(...customers: readonly [string, Record<string, string>][]): Promise<void> {
  const now = Date.now();
  const lines = customers.map(([userId, traits], i) =>
    JSON.stringify({
      type: 'identify',
      userId,
      timestamp: new Date(now + i).toISOString(),
      traits,
    }),
  );
  const said = await cluster.sendFile(lines);
  expect(said).toContain(`${customers.length} events in 1 batches, 0 malformed`);
}

/** Makes a customer known, quickly; resolves when the wait has begun. */
async function enrol(customer: string, known: Record<string, string>): Promise<void> {
  const [before] = await cluster.statuses();
  await cluster.publish([identifyEvent(customer, known)]);
  await eventually(`${customer} waits`, async () => {
    const [now] = await cluster.statuses();
    return (now?.events ?? 0) > (before?.events ?? 0);
  });
}

/** Traits of a customer with an address. */
function traits(name: string, course: string): Record<string, string> {
  const address = name.toLowerCase().replace(' ', '.');
  return { name, email: `${address}@example.com`, course };
}

/** What lies in the inbox, sorted: to whom, about what. */
function letters(): string[] {
  return inbox
    .letters()
    .map(({ to, subject }) => `${to}: ${subject}`)
    .toSorted();
}

/** A long header stands on the line after its name. */
function messageId({ raw }: ReceivedLetter): string | undefined {
  return /^Message-ID:\s+(\S+)\r?$/im.exec(raw)?.[1];
}

async function lettersWhen(count: number): Promise<string[]> {
  await eventually(`${count} letters`, () => inbox.received() >= count, 40_000);
  return letters();
}

const ANN = 'Ann Lee <ann.lee@example.com>: Ann, your course “Maths & more” is ready';
const BEN = 'Ben <ben@example.com>: Ben, your course “Bread” is ready';
const BEN_AGAIN = 'Ben <ben@example.com>: Ben, your course “Sourdough” is ready';
const CLEO = 'Cleo <cleo@example.com>: Cleo, your course “Bread” is ready';
const DORA = 'Dora <dora@example.com>: Dora, your course “Bread” is ready';
const EMIL = 'Emil <emil@example.com>: Emil, your course “Bread” is ready';

test('a course brings one letter after its wait, with the right words', async () => {
  await identify(
    ['ann', traits('Ann Lee', 'Maths & more')],
    ['nemo', { name: 'Nemo', course: 'Bread' }],
    ['ben', traits('Ben', 'Bread')],
  );
  expect(await lettersWhen(2)).toEqual([ANN, BEN]);

  const letter = inbox.letters().find(({ to }) => to.startsWith('Ann'));
  expect(letter?.from).toBe('Shoal School <school@example.com>');
  expect(letter?.text).toContain('Hello Ann,\n\nwelcome to “Maths & more”.');
  expect(letter?.html).toContain('Hello Ann,');
  expect(letter?.html).toContain('>Maths &amp; more</h1>');

  const { items } = await readTransitions(cluster.link.log, 0);
  const dues = items.filter((item): item is Due => item.kind === 'due');
  expect(dues.map(({ customer }) => customer)).toEqual(['ann', 'nemo', 'ben']);
  const [due] = dues;
  if (due === undefined) throw new Error('no wait has ended');
  expect(due.at - due.triggeredAt).toBe(10_000);
  expect(letter?.receivedAt).toBeGreaterThanOrEqual(due.at);
  const id = mailId('course-welcome', 'ann', due.triggeredAt);
  expect(letter && messageId(letter)).toBe(`<${id}@example.com>`);
});

test('who has no address gets none, and is counted', async () => {
  const decisions = 'shoal_mail_decisions_total';
  const decided = (decision: string, reason: string): Promise<number> =>
    cluster.figure(decisions, { decision, reason });
  await expect.poll(() => decided('skip', 'no-address')).toBe(1);
  await expect.poll(() => decided('send', 'due')).toBe(2);
  // A letter may lie in the inbox before the mailer has read that it was taken.
  const sent = (): Promise<number> =>
    cluster.figure('shoal_mail_handovers_total', { outcome: 'sent' });
  await expect.poll(sent).toBe(2);
});

test('the same course again brings none, another course brings another', async () => {
  await identify(
    ['ann', traits('Ann Lee', 'Maths & more')],
    ['ben', traits('Ben', 'Sourdough')],
    ['cleo', traits('Cleo', 'Bread')],
  );
  expect(await lettersWhen(4)).toEqual([ANN, BEN, BEN_AGAIN, CLEO]);
});

test('a stop in the midst of the wait changes nothing', async () => {
  await enrol('dora', traits('Dora', 'Bread'));
  expect(await cluster.down('SIGTERM')).toBe(0);
  expect(letters()).not.toContain(DORA);
  await cluster.up();
  expect(await lettersWhen(5)).toEqual([ANN, BEN, BEN_AGAIN, CLEO, DORA]);
});

test('nor does a kill, and nobody has got anything twice', async () => {
  await enrol('emil', traits('Emil', 'Bread'));
  await cluster.down('SIGKILL');
  expect(letters()).not.toContain(EMIL);
  await cluster.up();
  expect(await lettersWhen(6)).toEqual([ANN, BEN, BEN_AGAIN, CLEO, DORA, EMIL]);
  expect(await cluster.down('SIGTERM')).toBe(0);
  expect(letters()).toEqual([ANN, BEN, BEN_AGAIN, CLEO, DORA, EMIL]);
  expect(new Set(inbox.letters().map(messageId)).size).toBe(6);
});
