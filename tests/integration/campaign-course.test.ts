import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY_MS } from '../../src/base/time.ts';
import type { Due } from '../../src/engine/effect.ts';
import { identify } from '../support/owner.ts';
import { LetterHouse, traitsOf } from '../support/letters.ts';
import { readTransitions } from '../support/transitions.ts';

/*
 * The course letter, as it ships, on a clock that the test moves: everything is killed in the midst
 * of its wait.
 */

const WAIT_MS = 10_000;
/** How long a timer waits for late events: the default of the setting. */
const GRACE_MS = 1_000;
/** Ahead of the machine's clock, by which the mailer dates its events: these never move time. */
const START_AT = Date.now() + DAY_MS;

let now = START_AT;
let house: LetterHouse;

beforeAll(async () => {
  house = await LetterHouse.start({
    segments: { everyone: 'rule: { event: $identify }\n' },
    settings: ['clock=sender', 'checkpoint.interval=1s'],
    sentAt: () => now,
  });
});

afterAll(() => house?.end());

async function moveTo(at: number): Promise<void> {
  now = at;
  await house.cluster.tick(at);
}

async function dues(): Promise<Due[]> {
  const told = await Promise.all(
    [0, 1].map((partition) => readTransitions(house.cluster.link.log, partition)),
  );
  return told.flatMap(({ items }) => items).filter((item): item is Due => item.kind === 'due');
}

test('the wait of a course letter outlives a kill of everything, and ends once', async () => {
  await moveTo(START_AT);
  await house.send({ ...identify('ann', { ...traitsOf('ann'), course: 'Bread' }), at: START_AT });
  await moveTo(START_AT + WAIT_MS / 2);
  await house.cluster.killAll();
  await moveTo(START_AT + WAIT_MS + GRACE_MS - 1);
  expect(await dues()).toEqual([]);
  expect(house.inbox.received()).toBe(0);

  await moveTo(START_AT + WAIT_MS + GRACE_MS);
  await expect.poll(() => house.decisions()).toEqual(['ann course-welcome sent due']);
  expect(house.letterTo('ann').subject).toBe('Ann, your course “Bread” is ready');
  expect(await dues()).toMatchObject([{ customer: 'ann', at: START_AT + WAIT_MS }]);
});

test('a kill after the letter brings no other one', async () => {
  await house.cluster.killAll();
  // What is sent behind the letter has come: so would have a second one.
  await house.send({ ...identify('ben', { ...traitsOf('ben'), course: 'Chess' }), at: now });
  await moveTo(now + WAIT_MS + GRACE_MS);
  const sent = ['ann course-welcome sent due', 'ben course-welcome sent due'];
  await expect.poll(() => house.decisions()).toEqual(sent);
  expect(await house.cluster.down('SIGTERM')).toBe(0);
  expect(house.recipients()).toEqual(['Ann <ann@example.com>', 'Ben <ben@example.com>']);
});
