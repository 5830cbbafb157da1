import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { RedisDirectory } from '../../src/adapters/redis/directory/directory.ts';
import { startInbox } from '../../src/adapters/smtp/inbox.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import { ShoalError } from '../../src/base/error.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { PrivateValues } from '../../src/roles/ports/directory.ts';
import { due, MailHouse, type MailWorld } from '../support/mail-house.ts';

/*
 * A mailer whose engine knows of private attributes only that there are some: with a real log,
 * store and mail server; the test plays the owner of the one partition.
 */

const MARK = 'private:HFy8BaoInAq7wt7gHVSiCA';
const NAMES = new Set(['email', 'name', 'course']);
const ENGINE = { email: MARK, name: MARK, course: MARK };

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

function directoryOf({ cluster }: MailWorld): RedisDirectory {
  return new RedisDirectory(house.redis, cluster);
}

/** The wait of a campaign that a change of the private course has set off. */
function dueByChange(customer: string): Effect {
  const trigger = { kind: 'changed', attribute: 'course', from: MARK, to: MARK };
  return { ...due(customer), trigger } as Effect; // still a due
}

test('a letter goes to the address of the directory, and nothing private anywhere else', async () => {
  const world = await house.world({ ann: ENGINE });
  const directory = directoryOf(world);
  await directory.put('ann', { email: 'ann@example.com', name: 'Ann Lee', course: 'Maths' }, 1);
  const inbox = await startTestInbox();
  await world.mailer(inbox.port, { privateValues: { names: NAMES, directory } });
  await world.done(await world.publish(dueByChange('ann')));
  expect(inbox.letters()).toMatchObject([
    { to: 'Ann Lee <ann@example.com>', subject: 'Ann, your course “Maths” is ready' },
  ]);
  const told = JSON.stringify(await world.told());
  expect(told).toContain(MARK);
  expect(told + house.lines.join('\n')).not.toMatch(/lee|maths|ann@/i);
});

test('of private attributes the directory alone is believed', async () => {
  const clear = { course: MARK, email: 'ann@example.com' };
  const world = await house.world({ clear, none: { course: MARK } });
  const directory = directoryOf(world);
  for (const one of ['none', 'clear']) await directory.put(one, { course: 'Maths' }, 1);
  const inbox = await startTestInbox();
  await world.mailer(inbox.port, { privateValues: { names: NAMES, directory } });
  await world.done(await world.publish(dueByChange('none'), dueByChange('clear')));
  expect(inbox.received()).toBe(0);
  const reasons = (await world.told()).map(({ properties }) => properties['reason']);
  expect(reasons).toEqual(['no-address', 'no-address']);
});

const isBehind = (): boolean => house.lines.some((line) => line.includes('directory-behind'));

test('what the directory will hear of in a moment is waited for', async () => {
  const world = await house.world({ ann: ENGINE });
  const directory = directoryOf(world);
  await directory.put('visitor', { email: 'ann@example.com', name: 'Ann', course: 'Art' }, 1);
  const inbox = await startTestInbox();
  await world.mailer(inbox.port, { privateValues: { names: NAMES, directory } });
  const sequence = await world.publish(dueByChange('ann'));
  await expect.poll(isBehind).toBe(true);
  await directory.join('visitor', 'ann');
  await world.done(sequence);
  expect(inbox.letters()).toMatchObject([{ to: 'Ann <ann@example.com>' }]);
});

test('but not for ever, and a mark is never an address', async () => {
  const world = await house.world({ ann: ENGINE });
  const directory = directoryOf(world);
  await directory.put('ann', { course: 'Maths', name: 'Ann' }, 1);
  const inbox = await startTestInbox();
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  await world.mailer(inbox.port, { privateValues: { names: NAMES, directory }, clock });
  const sequence = await world.publish(dueByChange('ann'));
  await expect.poll(isBehind).toBe(true);
  aheadMs = 30_000;
  await world.done(sequence);
  expect(inbox.received()).toBe(0);
  expect((await world.told())[0]?.properties).toMatchObject({ reason: 'no-address' });
});

test('an attribute that is private no more is as missing until it is heard of again', async () => {
  const world = await house.world({ ann: ENGINE });
  const inbox = await startTestInbox();
  await world.mailer(inbox.port);
  await world.done(await world.publish(dueByChange('ann')));
  expect(inbox.received()).toBe(0);
  expect((await world.told())[0]?.properties).toMatchObject({ reason: 'no-address' });
});

test('while the directory is away the letter waits', async () => {
  const world = await house.world({ ann: ENGINE });
  const directory = directoryOf(world);
  await directory.put('ann', { email: 'ann@example.com', name: 'Ann', course: 'Maths' }, 1);
  let asked = 0;
  let isAway = true;
  const lame: PrivateValues['directory'] = {
    get: async (customer) => {
      asked += 1;
      if (!isAway) return directory.get(customer);
      throw new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });
    },
  };
  const inbox = await startTestInbox();
  await world.mailer(inbox.port, { privateValues: { names: NAMES, directory: lame } });
  const sequence = await world.publish(dueByChange('ann'));
  await expect.poll(() => asked).toBeGreaterThan(2);
  expect(inbox.received()).toBe(0);
  expect((await world.ledger.page('ann')).letters.size).toBe(0);
  isAway = false;
  await world.done(sequence);
  expect(inbox.letters()).toMatchObject([{ to: 'Ann <ann@example.com>' }]);
});
