import { describe, expect, it } from 'vitest';
import { Carts, type CartLine } from '../../../src/app/shop/carts.ts';
import { HABITS } from '../../../src/app/shop/habit.ts';
import { indexOfAddress, personOf, type Person } from '../../../src/app/shop/person.ts';
import { Random } from '../../../src/app/shop/random.ts';
import { reactionTo, topicOf, type Reader } from '../../../src/app/shop/reading.ts';
import { identify, track } from '../../support/owner.ts';

const KITE: CartLine = {
  product_id: 'toys-4',
  name: 'Kite',
  category: 'toys',
  department: 'children',
  price: 990,
  quantity: 1,
};
const GAMES = { subject: 'New games', text: 'You have looked at educational games.' };
const CART = { subject: 'Still thinking about Kite?', text: 'Your cart is waiting.' };
const COURSE = { subject: 'Your course is ready', text: 'Welcome.' };

function readerOf(habit: string, more: Partial<Reader> = {}): Reader {
  const [, found] = HABITS.find(([, { name }]) => name === habit) ?? [];
  if (found === undefined) throw new Error(`there is no habit ${habit}`);
  const person: Person = { ...personOf(1, 0, 0), habit: found };
  return { person, cart: [], lettersBefore: 0, ...more };
}

/** How many of a thousand readers do something. */
function share(letter: typeof GAMES, reader: Reader, what: 'open' | 'click' | 'buy' | 'leave') {
  const reactions = Array.from({ length: 1_000 }, (_, i) =>
    reactionTo(letter, reader, new Random(7, i)),
  );
  return reactions.filter(({ openAfterMs, clickAfterMs, unsubscribeAfterMs, buy }) => {
    const done = { open: openAfterMs, click: clickAfterMs, leave: unsubscribeAfterMs, buy };
    return done[what] !== undefined;
  }).length;
}

describe('what a letter is about', () => {
  it('is the own cart first, then what the reader likes best of what it names', () => {
    const reader = readerOf('parent', { cart: [KITE] });
    expect(topicOf(CART, reader)).toEqual({ fit: 1, cart: [KITE] });
    expect(topicOf(GAMES, reader)).toMatchObject({ category: 'educational-games', cart: [] });
    expect(topicOf(GAMES, reader).fit).toBeGreaterThan(0.5);
    expect(topicOf(GAMES, readerOf('photo lover')).fit).toBe(0);
  });

  it('is nothing that is sold, in a letter without goods', () => {
    expect(topicOf(COURSE, readerOf('parent')).category).toBeUndefined();
  });
});

describe('what a reader does', () => {
  it('is the same for the same dice', () => {
    const once = reactionTo(GAMES, readerOf('parent'), new Random(1, 2));
    expect(reactionTo(GAMES, readerOf('parent'), new Random(1, 2))).toEqual(once);
  });

  it('goes by how well the letter fits', () => {
    const [fits, fitsNot] = [readerOf('photo lover', { cart: [KITE] }), readerOf('photo lover')];
    for (const what of ['open', 'click', 'buy'] as const)
      expect(share(CART, fits, what), what).toBeGreaterThan(share(GAMES, fitsNot, what) * 1.1);
    expect(share(GAMES, fitsNot, 'leave')).toBeGreaterThan(share(CART, fits, 'leave'));
  });

  it('tires of many letters', () => {
    const [rested, tired] = [readerOf('parent'), readerOf('parent', { lettersBefore: 5 })];
    expect(share(GAMES, tired, 'open')).toBeLessThan(share(GAMES, rested, 'open') / 2);
    expect(share(GAMES, tired, 'leave')).toBeGreaterThan(share(GAMES, rested, 'leave'));
  });

  it('is to open, then to click, then to buy; nobody unsubscribes and buys', () => {
    for (let i = 0; i < 500; i++) {
      const reaction = reactionTo(CART, readerOf('parent', { cart: [KITE] }), new Random(3, i));
      const { openAfterMs, clickAfterMs, buy, unsubscribeAfterMs } = reaction;
      const steps = [openAfterMs, clickAfterMs, buy?.afterMs];
      const done = steps.filter((afterMs) => afterMs !== undefined);
      expect(done).toEqual(steps.slice(0, done.length));
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      if (buy !== undefined) expect(buy.lines).toEqual([KITE]);
      if (unsubscribeAfterMs !== undefined) expect(done).toHaveLength(1);
    }
  });
});

it('a cart holds what was added since the last order', () => {
  const carts = new Carts();
  const added = { ...track('ann', 'Product Added'), properties: KITE };
  for (const event of [added, added, track('bob', 'Order Completed'), identify('ann', {})])
    carts.take(event);
  expect(carts.of('ann')).toEqual([KITE, KITE]);
  carts.take(track('ann', 'Order Completed'));
  expect(carts.of('ann')).toEqual([]);
});

it('an address leads back to its person', () => {
  for (const index of [0, 8, 1_234]) {
    const { email } = personOf(1, index, 0).traits;
    expect(typeof email === 'string' && indexOfAddress(email)).toBe(index);
  }
  expect(indexOfAddress('ann@example.com')).toBeUndefined();
});
