import { expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { isBehind, revealAttributes, revealTrigger } from '../../src/campaign/private-values.ts';

const MARK = 'private:HFy8BaoInAq7wt7gHVSiCA';
const NAMES = new Set(['email', 'phone']);
const KNOWN = { email: 'ann@example.com', zip: 'no longer private' };

test('of private attributes the directory alone counts, and no mark is left', () => {
  const attributes = { email: MARK, phone: 'in clear', name: MARK, city: 'X', age: 5 };
  const revealed = { city: 'X', age: 5, email: 'ann@example.com' };
  expect(revealAttributes(attributes, NAMES, KNOWN)).toEqual(revealed);
  expect(revealAttributes({}, NAMES, KNOWN)).toEqual({ email: 'ann@example.com' });
  expect(revealAttributes(attributes, new Set(), {})).toEqual({
    phone: 'in clear',
    city: 'X',
    age: 5,
  });
});

test('a mark without a value in the directory is behind, or lost', () => {
  expect(isBehind({ email: MARK, phone: 'in clear', name: MARK }, NAMES, KNOWN)).toBe(false);
  expect(isBehind({ email: MARK, phone: MARK }, NAMES, KNOWN)).toBe(true);
  expect(isBehind({}, NAMES, {})).toBe(false);
});

const changed = (attribute: string, from: Json, to: Json): Json => {
  return { kind: 'changed', attribute, from, to };
};

test.each<[what: string, trigger: Json, revealed: Json]>([
  [
    'a change shows what is known now',
    changed('email', MARK, MARK),
    { kind: 'changed', attribute: 'email', to: 'ann@example.com' },
  ],
  ['or nothing', changed('phone', null, MARK), { kind: 'changed', attribute: 'phone' }],
  [
    'also where it is private no more',
    changed('name', MARK, 'Ann'),
    { kind: 'changed', attribute: 'name' },
  ],
  ['another change stays', changed('course', 'a', 'b'), changed('course', 'a', 'b')],
  [
    'an identify shows those of the customer that it bore',
    { kind: 'event', event: '$identify', properties: { email: MARK, phone: MARK, plan: 'b' } },
    { kind: 'event', event: '$identify', properties: { plan: 'b', email: 'ann@example.com' } },
  ],
  [
    'and none that it did not bear',
    { kind: 'event', event: '$identify', properties: { plan: 'b' } },
    { kind: 'event', event: '$identify', properties: { plan: 'b' } },
  ],
  [
    'a group shows none',
    { kind: 'event', event: '$group', properties: { email: MARK, plan: 'b' } },
    { kind: 'event', event: '$group', properties: { plan: 'b' } },
  ],
  [
    'properties of other events stay',
    { kind: 'event', event: 'Order Completed', properties: { email: 'a' } },
    { kind: 'event', event: 'Order Completed', properties: { email: 'a' } },
  ],
  ['an entry stays', { kind: 'entry', segment: 'email' }, { kind: 'entry', segment: 'email' }],
  ['nothing stays nothing', null, null],
])('of what set it off: %s', (_what, trigger, revealed) => {
  expect(revealTrigger(trigger, NAMES, KNOWN)).toEqual(revealed);
});
