import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Passed } from '../../../src/engine/effect.ts';
import type { Parcel } from '../../../src/engine/parcel.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { PASSED_ITEMS_MAX } from '../../../src/wire/control/control.ts';
import type { PassedItem } from '../../../src/wire/control/passed-item.ts';
import {
  decodeLogMessage,
  encodeForget,
  encodePassed,
  PASSED_LENGTH_MAX,
} from '../../../src/wire/log-codec.ts';
import { customerEvent, id, text } from '../../support/any-event.ts';

const mark = { salt: 'a salt', hash: '0123456789abcdef0123456789abcdef' };

/** As JSON bears it: it knows no infinities. */
const event = customerEvent.map((one): CustomerEvent => {
  const { properties, context } = one;
  return { ...one, properties: asJson(properties), context: asJson(context) };
});
const parcel: fc.Arbitrary<Parcel> = fc.oneof(
  fc.record({
    type: fc.constant('join' as const),
    into: id,
    isExplicit: fc.boolean(),
    isHistory: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('merge' as const),
    id: text.filter((one) => one !== ''),
    slice: fc.nat(9),
    slices: fc.integer({ min: 10, max: 20 }),
    text: fc.string({ unit: 'binary' }),
  }),
  fc.record({ type: fc.constant('event' as const), event, isHistory: fc.boolean() }),
  fc.record({ type: fc.constant('forget' as const), mark: fc.constant(mark) }),
);
const item: fc.Arbitrary<PassedItem> = fc.record({
  n: fc.integer({ min: 1 }),
  passed: fc.record({
    kind: fc.constant('passed' as const),
    at: fc.nat(2 ** 31),
    customer: id,
    why: fc.constantFrom<Passed['why']>('event', 'time', 'define', 'import', 'merge', 'forget'),
    to: id,
    via: fc.array(id, { maxLength: 3 }),
    parcel,
  }),
});

const JOIN: JsonObject = { type: 'join', into: 'k', isExplicit: false, isHistory: false };
const EVENT: JsonObject = {
  ...{ type: 'track', customer: 'k', at: 5, event: 'Product Viewed' },
  ...{ properties: {}, context: {} },
};
const ITEM: JsonObject = {
  ...{ n: 4, at: 5, customer: 'k', why: 'event', to: 'a', via: [], parcel: JOIN },
};

function asJson(object: object): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject; // an object comes back as one
}

function decode(control: unknown) {
  const headers = new Map([
    ['Sh-V', '1'],
    ['Sh-K', 'c'],
  ]);
  return decodeLogMessage(headers, Buffer.from(JSON.stringify(control)));
}

function passedOn(count: number, text: string): PassedItem[] {
  return Array.from({ length: count }, (_, i) => {
    const merge = { type: 'merge', id: String(i), slice: 0, slices: 1, text } as const;
    const head = { kind: 'passed', at: 1_000 - i, customer: 'a', why: 'merge', to: 'k' } as const;
    return { n: i + 1, passed: { ...head, via: [], parcel: merge } };
  });
}

describe('what is passed on', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.nat(4_095),
        fc.array(item, { minLength: 1, maxLength: 5 }),
        (source, items) => {
          const { headers, body, count } = encodePassed(source, items);
          const sentAt = Math.max(...items.map(({ passed }) => passed.at));
          expect(count).toBe(items.length);
          expect(decodeLogMessage(headers, body)).toEqual({
            kind: 'passed',
            source,
            sentAt,
            items,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('bears the latest instant and no stamp: only its items tell a repeat', () => {
    const { headers } = encodePassed(3, passedOn(5, '{}'));
    expect(Object.fromEntries(headers)).toEqual({ 'Sh-V': '1', 'Sh-K': 'c', 'Sh-T': '1000' });
  });

  it('is cut where a message is full, and holds one at least', () => {
    const many = passedOn(1_000, '{}');
    expect(encodePassed(0, many).count).toBe(PASSED_ITEMS_MAX);
    const large = passedOn(9, 'ж'.repeat(64 * 1024));
    const { count, body } = encodePassed(0, large);
    expect(count).toBe(3);
    expect(body.length).toBeLessThan(3 * PASSED_LENGTH_MAX);
    expect(encodePassed(0, passedOn(2, 'x'.repeat(PASSED_LENGTH_MAX))).count).toBe(1);
  });

  it.each<[string, JsonObject]>([
    ['a number', { n: 0 }],
    ['a whole number', { n: 1.5 }],
    ['an exact number', { n: 2 ** 53 }],
    ['an instant', { at: null }],
    ['an instant that exists', { at: 1e17 }],
    ['a customer', { customer: '' }],
    ['someone to pass it to', { to: 5 }],
    ['someone on one line', { to: 'a\nb' }],
    ['a reason that is one', { why: 'toString' }],
    ['a list of those before', { via: 'a' }],
    ['those before', { via: ['a', null] }],
    ['a parcel', { parcel: null }],
    ['a parcel of a known type', { parcel: { ...JOIN, type: 'constructor' } }],
    ['a parcel for a log', { parcel: { type: 'joined' } }],
    ['whom to join', { parcel: { ...JOIN, into: '\ud800' } }],
    ['whether it is explicit', { parcel: { ...JOIN, isExplicit: 1 } }],
    ['whether it is history', { parcel: { ...JOIN, isHistory: null } }],
    ['a slice of several', { parcel: { type: 'merge', id: '1', slice: 2, slices: 2, text: '' } }],
    ['a slice from 0', { parcel: { type: 'merge', id: '1', slice: -1, slices: 2, text: '' } }],
    ['a text', { parcel: { type: 'merge', id: '1', slice: 0, slices: 2, text: {} } }],
    ['an id', { parcel: { type: 'merge', id: '', slice: 0, slices: 2, text: '' } }],
    ['an event', { parcel: { type: 'event', event: {}, isHistory: false } }],
    ['an event of a type', { parcel: eventParcel({ ...EVENT, type: 'x' }) }],
    ['an event under its name', { parcel: eventParcel({ ...EVENT, type: 'page' }) }],
    ['an event with properties', { parcel: eventParcel({ ...EVENT, properties: [] }) }],
    ['an event that is not too deep', { parcel: eventParcel({ ...EVENT, properties: deep(70) }) }],
    ['a mark', { parcel: { type: 'forget', mark: { ...mark, hash: 'XYZ' } } }],
    ['a salt', { parcel: { type: 'forget', mark: { ...mark, salt: 7 } } }],
  ])('is refused without %s', (_, changes) => {
    const [good, bad] = [ITEM, { ...ITEM, ...changes }];
    expect(decode({ type: 'passed', source: 0, items: [good] })).toMatchObject({ kind: 'passed' });
    expect(decode({ type: 'passed', source: 0, items: [good, bad] })).toEqual({
      ...{ kind: 'events', events: [], history: false },
      rejected: [{ reason: 'bad-frame', detail: expect.any(String) as unknown }],
    });
  });

  it.each([
    [{ source: -1 }],
    [{ source: '0' }],
    [{ items: {} }],
    [{ items: Array.from({ length: PASSED_ITEMS_MAX + 1 }, () => ITEM) }],
  ])('is refused as a whole: %#', (changes) => {
    const control = { type: 'passed', source: 0, items: [ITEM], ...changes };
    expect(decode(control)).toMatchObject({ rejected: [{ reason: 'bad-frame' }] });
  });
});

function eventParcel(event: JsonObject): JsonObject {
  return { type: 'event', event, isHistory: false };
}

function deep(levels: number): JsonObject {
  return levels === 0 ? {} : { a: deep(levels - 1) };
}

describe('a forget', () => {
  it.each([{ customer: 'Zoë', mark }, { mark }])('comes back as it was: %j', (forget) => {
    const { headers, body } = encodeForget(forget);
    expect(decodeLogMessage(headers, body)).toEqual({ kind: 'forget', ...forget });
  });

  it.each([
    ['a mark', { customer: 'ann' }],
    ['a hash that is one', { mark: { salt: 's', hash: '0' } }],
    ['a salt that is text', { mark: { ...mark, salt: null } }],
    ['a customer that could be one', { customer: '', mark }],
    ['a customer that is text', { customer: null, mark }],
  ])('is refused without %s', (_, forget) => {
    expect(decode({ type: 'forget', ...forget })).toMatchObject({
      rejected: [{ reason: 'bad-frame' }],
    });
  });
});

describe('whatever else is written as a control', () => {
  const json = fc.jsonValue();

  it('is never thrown at', () => {
    const type = fc.constantFrom('passed', 'forget', 'define', 'skip', 'merge');
    const body = fc.record({ type, source: json, items: json, mark: json, customer: json });
    fc.assert(
      fc.property(body, (control) => {
        expect(decode(control).kind).toMatch(/^(events|passed|unknown)$/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused or read, as a part of what is right is exchanged', () => {
    fc.assert(
      fc.property(item, fc.nat(), json, ({ n, passed }, place, value) => {
        const flat: JsonObject = asJson({ ...passed, parcel: { ...passed.parcel } });
        const keys = Object.keys(flat);
        const changed = { n, ...flat, [keys[place % keys.length] ?? 'n']: value };
        const message = decode({ type: 'passed', source: 1, items: [changed] });
        if (message.kind === 'passed') expect(message.items).toHaveLength(1);
        else expect(message).toMatchObject({ kind: 'events', rejected: [{}] });
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when its bytes are changed', () => {
    const { headers, body } = encodePassed(0, passedOn(3, '{"a":[1,2]}'));
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (place, byte) => {
        const changed = Uint8Array.from(body);
        changed[place % changed.length] = byte;
        expect(decodeLogMessage(headers, changed).kind).toMatch(/^(events|passed|unknown)$/);
      }),
    );
  });
});
