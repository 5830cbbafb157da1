import { expect, test } from 'vitest';
import { ShoalError } from '../../../../src/base/error.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { HiddenTraits } from '../../../../src/roles/gateway/ingest/hidden-traits.ts';
import type { CustomerEvent, EventType } from '../../../../src/rules/event.ts';

const NOW = 1_000;

function hiddenTraits(fails = false) {
  const stored: unknown[] = [];
  const traits = new HiddenTraits({
    names: new Set(['email', 'name', 'toString']),
    directory: {
      put: async (...put) => {
        if (fails) throw new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });
        stored.push(put);
      },
    },
    mark: (attribute, value) => `mark of ${attribute} ${JSON.stringify(value)}`,
    clock: { now: () => NOW, sleep: async () => undefined },
  });
  return { traits, stored };
}

function event(type: EventType, properties: JsonObject, context: JsonObject = {}): CustomerEvent {
  const name = type === 'track' ? 'Order Completed' : `$${type}`;
  return { type, customer: 'ann', at: 7, event: name, properties, context, messageId: 'm1' };
}

test('values of an identify are stored before marks stand in their places', async () => {
  const { traits, stored } = hiddenTraits();
  const given = event('identify', { email: 'a@example.com', city: 'X', name: null, age: 5 });
  expect(traits.concerns(given)).toBe(true);
  expect(await traits.hide(given)).toEqual({
    ...given,
    properties: { email: 'mark of email "a@example.com"', city: 'X', name: null, age: 5 },
  });
  expect(stored).toEqual([['ann', { email: 'a@example.com', name: null }, 7]]);
  // What was given is as it was: it may be sent again.
  expect(given.properties).toMatchObject({ email: 'a@example.com' });
});

test('traits of groups and contexts are marked, and stored nowhere', async () => {
  const { traits, stored } = hiddenTraits();
  const context = { traits: { email: 'a@example.com', plan: 'free' }, ip: '127.0.0.1' };
  const hidden = {
    traits: { email: 'mark of email "a@example.com"', plan: 'free' },
    ip: '127.0.0.1',
  };
  for (const type of ['track', 'page', 'alias', 'identify'] as const) {
    const given = event(type, { city: 'X' }, context);
    expect(traits.concerns(given)).toBe(true);
    expect(await traits.hide(given)).toEqual({ ...given, context: hidden });
  }
  const group = event('group', { name: { first: 'A' } }, context);
  const properties = { name: 'mark of name {"first":"A"}' };
  expect(await traits.hide(group)).toEqual({ ...group, properties, context: hidden });
  expect(stored).toEqual([]);
});

test.each<[string, CustomerEvent]>([
  ['an identify of other traits', event('identify', { plan: 'free', address: { email: 'a' } })],
  ['properties of a track', event('track', { email: 'a@example.com' })],
  ['a page, whose name is its own', event('page', { name: 'Home' })],
  ['a context without traits', event('track', {}, { email: 'a', traits: 'email' })],
  ['an alias', event('alias', {})],
])('%s is no concern', (_what, given) => {
  expect(hiddenTraits().traits.concerns(given)).toBe(false);
});

test('a value that is longer than any name is taken as null, here and there', async () => {
  const { traits, stored } = hiddenTraits();
  const hidden = await traits.hide(event('identify', { email: 'a'.repeat(4_095), name: 'Ann' }));
  expect(hidden.properties).toEqual({ email: null, name: 'mark of name "Ann"' });
  expect(stored).toEqual([['ann', { email: null, name: 'Ann' }, 7]]);
});

test('an event of the future is stored as of now, as engines take it', async () => {
  const { traits, stored } = hiddenTraits();
  await traits.hide({ ...event('identify', { email: 'a' }), at: NOW + 1 });
  expect(stored).toEqual([['ann', { email: 'a' }, NOW]]);
});

test('while the directory is away an identify is refused, and other messages are not', async () => {
  const { traits } = hiddenTraits(true);
  await expect(traits.hide(event('identify', { email: 'a' }))).rejects.toMatchObject({
    code: 'store-away',
  });
  const context = { traits: { email: 'a' } };
  await expect(traits.hide(event('track', {}, context))).resolves.toBeDefined();
  await expect(traits.hide(event('identify', { city: 'X' }, context))).resolves.toBeDefined();
});
