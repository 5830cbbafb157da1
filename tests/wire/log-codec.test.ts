import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { CustomerEvent, EventType } from '../../src/rules/event.ts';
import { isCustomerId } from '../../src/wire/event.ts';
import { BATCH_EVENTS_MAX, decodeFrame, encodeFrame } from '../../src/wire/frame.ts';
import {
  decodeLogMessage,
  encodeDefine,
  encodeEvents,
  encodeSkip,
  encodeTick,
  isRaw,
} from '../../src/wire/log-codec.ts';

const meta = { stamp: { producer: 'host-1.p0', n: 7 }, sentAt: 1_700_000_000_123 };
const NAMES: Record<EventType, string> = {
  track: 'Order Completed',
  identify: '$identify',
  page: '$page',
  screen: '$screen',
  group: '$group',
  alias: '',
};

const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const key = fc.oneof(
  text.filter((value) => value !== '__proto__'),
  fc.constantFrom('constructor', 'toJSON', '__keys__', 'hasOwnProperty', 'a', 'b'),
);
const number = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const { object } = fc.letrec<{ json: unknown; object: Record<string, unknown> }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    number,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('json'), { maxKeys: 6, noNullPrototype: true }),
}));
const id = text.filter(isCustomerId);

const customerEvent: fc.Arbitrary<CustomerEvent> = fc
  .record({
    type: fc.constantFrom<EventType>('track', 'identify', 'page', 'screen', 'group', 'alias'),
    customer: id,
    anonymousId: fc.option(id, { nil: undefined }),
    messageId: fc.option(id, { nil: undefined }),
    at: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    properties: object,
    context: object,
  })
  // The generator makes what JSON can say, and says `unknown`.
  .map((fields) => ({ ...fields, event: NAMES[fields.type] }) as CustomerEvent);

describe('a batch of events', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(customerEvent, { maxLength: 20 }), fc.boolean(), (events, history) => {
        const { headers, body } = encodeEvents(events, { ...meta, history });
        const message = decodeLogMessage(headers, body);
        deepStrictEqual(message, { kind: 'events', ...meta, history, events, rejected: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('stands alone, whatever was packed before it', () => {
    const event = (properties: CustomerEvent['properties']): CustomerEvent => ({
      type: 'track',
      customer: 'ann',
      anonymousId: undefined,
      messageId: undefined,
      at: 1,
      event: 'e',
      properties,
      context: {},
    });
    const batches = [
      [event({ a: 1, __keys__: 2 })],
      [event({ a: 1 }), event({ a: 2 })],
      [event({ a: 3 })],
    ];
    const bodies = batches.map(encodeFrame);
    expect(bodies.toReversed().map((body) => decodeFrame(body).events)).toEqual(
      batches.toReversed(),
    );
  });

  it('holds many structures and the most events', () => {
    const events = Array.from({ length: BATCH_EVENTS_MAX }, (_, i): CustomerEvent => ({
      type: 'track',
      customer: `c${i}`,
      anonymousId: undefined,
      messageId: undefined,
      at: i,
      event: 'e',
      properties: { [`k${i % 150}`]: { [`l${i}`]: i } },
      context: { device: { type: 'mobile' } },
    }));
    expect(decodeFrame(encodeFrame(events))).toEqual({ events, rejected: [] });
    const tooMany = encodeFrame([...events, ...events]);
    expect(decodeFrame(tooMany).rejected).toMatchObject([{ reason: 'bad-frame' }]);
  });
});

describe('other kinds', () => {
  it('reads a tick', () => {
    const { headers, body } = encodeTick(meta);
    expect(body).toHaveLength(0);
    expect(decodeLogMessage(headers, body)).toEqual({ kind: 'tick', ...meta });
  });

  it('reads definitions', () => {
    const definitions: Definitions = {
      segments: [{ id: 'all', name: 'all', rule: { kind: 'all', rules: [] } }],
      campaigns: [],
      zone: UTC,
      zones: [{ names: ['Etc/UTC', 'UTC'], fromAts: [0], offsetsMs: [0] }],
    };
    const { headers, body } = encodeDefine(definitions, meta);
    expect(decodeLogMessage(headers, body)).toEqual({ kind: 'define', ...meta, definitions });
  });

  it.each([
    ['without a list', {}],
    ['without names', [{ fromAts: [0], offsetsMs: [0] }]],
    ['of as many instants as offsets', [{ names: [], fromAts: [0], offsetsMs: [] }]],
    ['of numbers', [{ names: ['A'], fromAts: ['0'], offsetsMs: [0] }]],
  ])('refuses definitions whose zones are no table: %s', (_, zones) => {
    const definitions = { segments: [], campaigns: [], zone: UTC };
    const { headers } = encodeDefine(definitions, meta);
    const body = { type: 'define', definitions: { ...definitions, zones } };
    const message = decodeLogMessage(headers, Buffer.from(JSON.stringify(body)));
    expect(message).toMatchObject({ rejected: [{ reason: 'bad-frame' }] });
  });

  it.each([
    ['a later version', { 'Sh-V': '2', 'Sh-K': 'e' }, '', 'version 2'],
    ['another kind', { 'Sh-V': '1', 'Sh-K': 'x' }, '', 'kind x'],
    ['no kind', { 'Sh-V': '1' }, '', 'kind missing'],
    ['another control', { 'Sh-V': '1', 'Sh-K': 'c' }, '{"type":"merge"}', 'control merge'],
  ])('says that it does not know %s', (_, headers, body, what) => {
    const message = decodeLogMessage(new Map(Object.entries(headers)), Buffer.from(body));
    expect(message).toMatchObject({ kind: 'unknown', what });
  });
});

describe('a skip', () => {
  it('names a message by its place and its time', () => {
    const { headers, body } = encodeSkip({ sequence: 9, storedAt: 1_000 });
    expect(decodeLogMessage(headers, body)).toEqual({ kind: 'skip', sequence: 9, storedAt: 1_000 });
    expect(isRaw(headers)).toBe(true);
    expect(isRaw(encodeTick(meta).headers)).toBe(false);
  });

  it('that names none is refused', () => {
    const { headers } = encodeSkip({ sequence: 9, storedAt: 1_000 });
    const body = Buffer.from('{"type":"skip","sequence":"9"}');
    expect(decodeLogMessage(headers, body)).toMatchObject({ kind: 'events', events: [] });
  });
});

describe('a raw message', () => {
  const good = { type: 'page', userId: 'ann', timestamp: '2024-01-01T00:00:00.000Z' };
  const raw = (value: string | Uint8Array) => decodeLogMessage(new Map(), Buffer.from(value));

  it('is one event, or an array whose entries stand for themselves', () => {
    expect(raw(JSON.stringify(good))).toMatchObject({
      events: [{ customer: 'ann' }],
      rejected: [],
    });
    expect(raw(JSON.stringify([good, 5, { ...good, userId: 3 }, good]))).toMatchObject({
      kind: 'events',
      history: false,
      events: [{ customer: 'ann' }, { customer: 'ann' }],
      rejected: [{ reason: 'not-an-object' }, { reason: 'bad-id' }],
    });
  });

  it.each([['{"type":'], [''], [Uint8Array.of(0x22, 0xff, 0x22)]])('is no JSON: %j', (body) => {
    expect(raw(body)).toMatchObject({ events: [], rejected: [{ reason: 'not-json' }] });
  });
});

describe('what anybody may write', () => {
  const header = fc.constantFrom('Sh-V', 'Sh-K', 'Sh-G', 'Sh-T', 'Sh-H', 'Nats-Msg-Id');
  const value = fc.oneof(
    fc.constantFrom('1', 'e', 't', 'c', 'a.1', '.', 'a.-1', '1e3'),
    fc.string(),
  );
  const headers = fc.array(fc.tuple(header, value)).map((entries) => new Map(entries));

  it('is never thrown at', () => {
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 300 }), (map, body) => {
        expect(decodeLogMessage(map, body).kind).toMatch(/^(events|tick|define|unknown)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused or read when bytes of a batch are changed, and spoils no other batch', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const batch = fc.array(customerEvent, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(batch, edits, (events, changes) => {
        const body = encodeFrame(events);
        const changed = Uint8Array.from(body);
        for (const [place, byte] of changes) changed[place % changed.length] = byte;
        decodeFrame(changed);
        decodeFrame(changed.subarray(0, changed.length >> 1));
        deepStrictEqual(decodeFrame(body), { events, rejected: [] });
      }),
      { numRuns: 1_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each([
    ['a stamp without a number', { 'Sh-G': 'abc' }],
    ['a stamp without a producer', { 'Sh-G': '.5' }],
    ['a stamp numbered 0', { 'Sh-G': 'a.0' }],
    ['a time that is none', { 'Sh-T': '1.5' }],
  ])('is refused: %s', (_, changes) => {
    const headerMap = new Map(Object.entries({ 'Sh-V': '1', 'Sh-K': 't', ...changes }));
    const message = decodeLogMessage(headerMap, new Uint8Array());
    expect(message).toMatchObject({ kind: 'events', rejected: [{ reason: 'bad-frame' }] });
  });

  it.each([
    ['null'],
    ['{"type":"define"}'],
    ['{"type":"define","definitions":{"segments":[]}}'],
    ['x'],
  ])('is refused as a control: %s', (body) => {
    const headerMap = new Map([
      ['Sh-V', '1'],
      ['Sh-K', 'c'],
    ]);
    const message = decodeLogMessage(headerMap, Buffer.from(body));
    expect(message).toMatchObject({ kind: 'events', rejected: [{ reason: 'bad-frame' }] });
  });
});
