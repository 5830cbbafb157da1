import { expect, test } from 'vitest';
import { privateMark } from '../../../src/base/private-mark.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { FIELDS_MAX, NAMES_MAX } from '../../../src/wire/seen/limits.ts';
import { decodeSeen, type FieldSeen, type Seen } from '../../../src/wire/seen/seen.ts';
import { SeenTally } from '../../../src/wire/seen/seen-tally.ts';
import { identify, track } from '../../support/owner.ts';

const HOUR_MS = 3_600_000;
/** As one message of NATS can be with what a server allows by default. */
const BYTES_MAX = 700_000;

function viewed(properties: JsonObject, context: JsonObject = {}): CustomerEvent {
  return { ...track('ann', 'Product Viewed'), properties, context };
}

function seeAll(events: readonly CustomerEvent[], tally = tallyOf(), at = 5): SeenTally {
  for (const event of events) {
    tally.count(event, at);
    tally.look(event, at);
  }
  return tally;
}

function tallyOf(...privateAttributes: string[]): SeenTally {
  return new SeenTally(new Set(privateAttributes));
}

/** `path: kind count [examples]` of each field of the first event. */
function fieldsOf({ events }: Seen): string[] {
  return (events[0]?.properties.fields ?? []).map(brief);
}

function brief({ path, kinds, count, examples }: FieldSeen): string {
  const shown = examples.map(({ value }) => JSON.stringify(value)).join(' ');
  return `${path}: ${Object.keys(kinds).join('|')} ${count} [${shown}]`;
}

function bytesOf(seen: Seen): number {
  return Buffer.byteLength(JSON.stringify(seen));
}

test('an event is counted with its first and its last instant', () => {
  const tally = tallyOf();
  for (const at of [7, 9, 8]) tally.count(viewed({}), at);
  tally.count(track('bob', 'Order Completed'), 8);
  const [first, second] = tally.told().events;
  expect(first).toMatchObject({ name: 'Product Viewed', count: 3, firstAt: 7, lastAt: 9 });
  expect(second).toMatchObject({ name: 'Order Completed', count: 1 });
});

test.each<[string, JsonObject, string[]]>([
  [
    'scalars have their kind and their value',
    { a: 'x', b: 2.5, c: true, d: '2024-02-29', e: '2024-02-29T10:00:00Z', f: '2023-02-29' },
    [
      'a: text 1 ["x"]',
      'b: number 1 [2.5]',
      'c: boolean 1 [true]',
      'd: date 1 ["2024-02-29"]',
      'e: date 1 ["2024-02-29T10:00:00Z"]',
      'f: text 1 ["2023-02-29"]',
    ],
  ],
  [
    'objects and lists have dotted paths',
    { product: { id: 'p1' }, products: [{ price: 1 }, { price: 2 }], tags: ['new'] },
    [
      'product: object 1 []',
      'product.id: text 1 ["p1"]',
      'products: list 1 []',
      'products[].price: number 1 [1 2]',
      'tags: list 1 []',
      'tags[]: text 1 ["new"]',
    ],
  ],
  ['null is missing', { a: null, b: [null] }, ['b: list 1 []']],
  [
    'what may be a mail address is not shown, nor is what is private',
    { a: 'ann@example.com', b: privateMark('x'.repeat(22)) },
    ['a: text 1 []', 'b: private 1 []'],
  ],
  [
    'what is no number of JSON is not shown',
    { a: Infinity, b: NaN },
    ['a: number 1 []', 'b: number 1 []'],
  ],
  [
    'a long text is cut, and no character with it',
    { a: `${'x'.repeat(59)}🐟🐟` },
    [`a: text 1 ["${'x'.repeat(59)}…"]`],
  ],
  [
    'names of an object are names like others',
    JSON.parse('{"__proto__":{"x":1},"constructor":2,"toJSON":3}') as JsonObject, // as JSON says
    [
      '__proto__: object 1 []',
      '__proto__.x: number 1 [1]',
      'constructor: number 1 [2]',
      'toJSON: number 1 [3]',
    ],
  ],
])('%s', (_, properties, wanted) => {
  const seen = seeAll([viewed(properties)]).told();
  expect(fieldsOf(seen)).toEqual(wanted);
  expect(decodeSeen(Buffer.from(JSON.stringify(seen)))).toEqual(seen);
});

test('the values that come most often are kept as examples', () => {
  const values = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `one ${i}` : 'often'));
  const seen = seeAll(values.map((value) => viewed({ value }))).told();
  const [field] = seen.events[0]?.properties.fields ?? [];
  expect(field?.examples[0]).toEqual({ value: 'often', count: 40 });
  expect(field?.examples).toHaveLength(5);
  expect(field).toMatchObject({ count: 60, kinds: { text: 60 } });
});

test('of the context is shown what is no address and no attribute', () => {
  const context = { ip: '192.0.2.1', device: { type: 'mobile' }, traits: { city: 'Ulm' } };
  const { fields } = seeAll([viewed({}, context)]).told().context;
  expect(fields.map(brief)).toEqual([
    'device: object 1 []',
    'device.type: text 1 ["mobile"]',
    'ip: text 1 []',
    'traits: object 1 []',
    'traits.city: text 1 []',
  ]);
});

test('a private attribute is never shown, however it came and was kept', () => {
  const event = identify('ann', { phone: '0731 5', address: { street: 'Lane 1' }, plan: 'pro' });
  const wanted = [
    'address: private 1 []',
    'address.street: private 1 []',
    'phone: private 1 []',
    'plan: text 1 ["pro"]',
  ];
  expect(fieldsOf(seeAll([event], tallyOf('phone', 'address')).told())).toEqual(wanted);

  const later = tallyOf('phone', 'address');
  later.absorb(seeAll([event]).told());
  expect(JSON.stringify(later.told())).not.toContain('0731');
});

test('what others have seen adds up', () => {
  const joined = tallyOf();
  joined.absorb(seeAll([viewed({ a: 1 }), viewed({ a: 'x', b: 2 })], tallyOf(), 7).told());
  joined.absorb(seeAll([viewed({ a: 1 })], tallyOf(), 3).told());
  const [event] = joined.told().events;
  expect(event).toMatchObject({ count: 3, firstAt: 3, lastAt: 7, properties: { looked: 3 } });
  expect(fieldsOf(joined.told())).toEqual(['a: number|text 3 [1 "x"]', 'b: number 1 [2]']);
});

test('who is forgotten stands in no example', () => {
  const tally = seeAll([viewed({ city: 'Ulm' }, { page: { title: 'Ulm' } })]);
  tally.forgetExamples();
  expect(JSON.stringify(tally.told())).not.toContain('Ulm');
  expect(fieldsOf(tally.told())).toEqual(['city: text 1 []']);
});

test('names without room are counted as others, and ours always have room', () => {
  const names = Array.from({ length: NAMES_MAX + 7 }, (_, i) => track('ann', `name ${i}`));
  const tally = seeAll([...names, track('ann', 'x'.repeat(201)), identify('ann', { a: 1 })]);
  const { events, otherEvents } = tally.told();
  expect(events).toHaveLength(NAMES_MAX + 1);
  expect(otherEvents).toBe(8);
  expect(events.map(({ name }) => name)).toContain('$identify');
});

test('what came rarely and long ago makes room where there is none', () => {
  const names = Array.from({ length: NAMES_MAX }, (_, i) => track('ann', `name ${i}`));
  const tally = seeAll([...names, ...names.slice(0, 2), ...names.slice(0, 2)]);
  const later = track('ann', 'later');
  tally.prune(5 + HOUR_MS - 1);
  tally.count(later, 6);
  expect(tally.told().otherEvents).toBe(1);
  tally.prune(5 + HOUR_MS);
  tally.count(later, 6);
  expect(tally.told().events.map(({ name }) => name)).toEqual(['name 0', 'name 1', 'later']);
  expect(tally.told().otherEvents).toBe(1 + NAMES_MAX - 2);
});

test('fields make room in the same way', () => {
  const keys = Array.from({ length: FIELDS_MAX + 9 }, (_, i) => [`key ${i}`, 1]);
  const tally = seeAll([viewed(Object.fromEntries(keys) as JsonObject)]); // plain pairs
  expect(tally.told().events[0]?.properties).toMatchObject({ other: 9 });
  tally.prune(5 + HOUR_MS);
  seeAll([viewed({ fresh: 1 })], tally);
  expect(fieldsOf(tally.told())).toEqual(['fresh: number 1 [1]']);
});

test('nothing that is sent makes it grow beyond its bounds', () => {
  const tally = tallyOf();
  // Six bytes each as JSON.
  const wide = (i: number): string => String.fromCharCode(1 + (i % 30)).repeat(190) + i;
  for (let i = 0; i < 600; i++) {
    const properties = Object.fromEntries(
      Array.from({ length: 300 }, (_, k) => [wide(k), { [wide(i)]: [wide(i + k)] }]),
    );
    seeAll([{ ...track('ann', wide(i)), properties, context: properties }], tally, i * HOUR_MS);
    tally.prune(i * HOUR_MS);
  }
  expect(bytesOf(tally.told())).toBeLessThan(BYTES_MAX);
  const joined = tallyOf();
  for (let i = 0; i < 3; i++) joined.absorb(tally.told());
  expect(bytesOf(joined.told())).toBeLessThan(BYTES_MAX);
  // And what comes afterwards is still counted.
  expect(tally.told().otherEvents).toBeGreaterThan(0);
});

test('a huge or deep event takes no longer than a small one', () => {
  let deep: JsonObject = { end: 1 };
  for (let i = 0; i < 10_000; i++) deep = { a: deep };
  const huge = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
  const seen = seeAll([viewed({ deep, list: Array.from({ length: 50_000 }, () => huge) })]).told();
  expect(fieldsOf(seen).filter((field) => field.startsWith('deep'))).toHaveLength(5);
  expect(seen.events[0]?.properties.fields.length).toBeLessThanOrEqual(FIELDS_MAX);
});

test.each(['', '{', 'null', '{"events":[]}', '{"events":[{}],"otherEvents":0,"context":{}}'])(
  'what is no such answer is not read: %s',
  (text) => expect(decodeSeen(Buffer.from(text))).toBeUndefined(),
);
