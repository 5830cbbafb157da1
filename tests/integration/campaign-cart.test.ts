import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectPath } from '../../src/app/root.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { LetterHouse, traitsOf } from '../support/letters.ts';
import { identify, track } from '../support/owner.ts';

/*
 * The letter for an abandoned cart, on a clock that the test moves to the millisecond.
 */

const CAMPAIGN = `
when: { entered: abandoned-cart }
wait: 10m
until: [{ event: Order Completed }, { exited: abandoned-cart }]
template: abandoned-cart
from: { name: Shoal Shop, address: shop@example.com }
`;
/** How long a timer waits for late events: the default of the setting. */
const GRACE_MS = 1_000;
/** Ahead of the machine's clock, by which the mailer dates its events: these never move time. */
const START_AT = Date.now() + DAY_MS;
const ENTERED_AT = START_AT + HOUR_MS;
const DUE_AT = ENTERED_AT + 10 * MINUTE_MS;
const CUSTOMERS = ['ann', 'ben', 'cleo', 'dora', 'emil'];
const KITE = { product_id: 'toys-4', name: 'Kite', category: 'toys', price: 990 };

let now = START_AT;
let house: LetterHouse;

beforeAll(async () => {
  house = await LetterHouse.start({
    segments: {
      'abandoned-cart': await readFile(projectPath('config/segments/abandoned-cart.yaml'), 'utf8'),
    },
    campaigns: { 'abandoned-cart': CAMPAIGN },
    settings: ['clock=sender'],
    sentAt: () => now,
  });
});

afterAll(() => house?.end());

/** Moves time to an instant, and sends what happens then. */
async function at(instant: number, ...events: readonly CustomerEvent[]): Promise<void> {
  now = instant;
  await house.cluster.tick(instant);
  if (events.length > 0) await house.send(...events.map((event) => ({ ...event, at: instant })));
}

function added(customer: string): CustomerEvent {
  return { ...track(customer, 'Product Added'), properties: KITE };
}

function ordered(customer: string): CustomerEvent {
  return { ...track(customer, 'Order Completed'), properties: { total: 990, products: [KITE] } };
}

test('who orders in time gets no letter, also 10 ms before the end; who does not gets one', async () => {
  await at(START_AT, ...CUSTOMERS.map((name) => identify(name, traitsOf(name))));
  await house.send(...CUSTOMERS.map((name) => ({ ...added(name), at: START_AT })));
  await at(ENTERED_AT + GRACE_MS);
  await expect.poll(() => house.cluster.live.members['abandoned-cart']).toBe(CUSTOMERS.length);

  await at(ENTERED_AT + 5 * MINUTE_MS, ordered('ann'));
  await at(DUE_AT - 10, ordered('ben'));
  await at(DUE_AT, ordered('dora'));
  // Too late to end the wait, and yet no cart that was left by the time of the letter.
  await at(DUE_AT + 1, added('emil'));
  await at(DUE_AT + GRACE_MS);

  const decided = (name: string, how: string): string => `${name} abandoned-cart ${how}`;
  const first = [
    decided('ann', 'skipped cancelled'),
    decided('ben', 'skipped cancelled'),
    decided('cleo', 'sent due'),
    decided('dora', 'skipped cancelled'),
    decided('emil', 'skipped no-longer-true'),
  ];
  await expect.poll(() => house.decisions()).toEqual(first);
  expect(house.recipients()).toEqual(['Cleo <cleo@example.com>']);

  // An hour later that cart has been left as well.
  await at(DUE_AT + 1 + (DUE_AT - START_AT) + GRACE_MS);
  await expect
    .poll(() => house.decisions())
    .toEqual([...first, decided('emil', 'sent due')].toSorted());
  await at(DUE_AT + 10 * DAY_MS);
  expect(await house.cluster.down('SIGTERM')).toBe(0);
  expect(house.recipients()).toEqual(['Cleo <cleo@example.com>', 'Emil <emil@example.com>']);
});
