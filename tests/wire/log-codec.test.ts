import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { BATCH_EVENTS_MAX, decodeFrame, encodeFrame } from '../../src/wire/frame.ts';
import {
  decodeLogMessage,
  encodeDefine,
  encodeEventAlone,
  encodeEvents,
  encodePassed,
  encodeSkip,
  encodeTick,
  isRaw,
} from '../../src/wire/log-codec.ts';
import { customerEvent } from '../support/any-event.ts';

const meta = { stamp: { producer: 'host-1.p0', n: 7 }, sentAt: 1_700_000_000_123 };

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

  it('spends no second id on an anonymous customer', () => {
    const event = (anonymousId?: string): CustomerEvent => {
      const customer = 'a'.repeat(1_000);
      const what = { type: 'page', at: 1, event: '$page', properties: {}, context: {} } as const;
      return { ...what, customer, anonymousId, messageId: undefined };
    };
    const known = encodeFrame([event()]);
    const anonymous = encodeFrame([event('a'.repeat(1_000))]);
    expect(anonymous).toHaveLength(known.length);
    expect(decodeFrame(anonymous).events).toEqual([event('a'.repeat(1_000))]);
    expect(decodeFrame(known).events).toEqual([event()]);
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
      forgetAnonymousAfterMs: 1,
    };
    const { headers, body } = encodeDefine(definitions, meta);
    expect(decodeLogMessage(headers, body)).toEqual({ kind: 'define', ...meta, definitions });
  });

  it.each([
    ['zones without a list', { zones: {} }],
    ['zones without names', { zones: [{ fromAts: [0], offsetsMs: [0] }] }],
    ['fewer offsets than instants', { zones: [{ names: [], fromAts: [0], offsetsMs: [] }] }],
    ['instants as text', { zones: [{ names: ['A'], fromAts: ['0'], offsetsMs: [0] }] }],
    ['a silence that is no time', { forgetAnonymousAfterMs: '90d' }],
    ['no silence at all', { forgetAnonymousAfterMs: 0 }],
  ])('refuses definitions with %s', (_, wrong) => {
    const definitions = { segments: [], campaigns: [], zone: UTC };
    const { headers } = encodeDefine(definitions, meta);
    const body = { type: 'define', definitions: { ...definitions, ...wrong } };
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

test('a message is raw when nothing tells its repeat', () => {
  const event: CustomerEvent = {
    ...{ type: 'page', customer: 'ann', at: 1, event: '$page', properties: {}, context: {} },
  };
  expect(isRaw(new Map())).toBe(true);
  expect(isRaw(encodeEventAlone(event).headers)).toBe(true);
  expect(isRaw(encodeTick(meta).headers)).toBe(false);
  expect(isRaw(encodeSkip({ sequence: 9, storedAt: 1_000 }).headers)).toBe(false);
  expect(isRaw(encodePassed(0, []).headers)).toBe(false);
});

describe('a skip', () => {
  it('names a message by its place and its time', () => {
    const { headers, body } = encodeSkip({ sequence: 9, storedAt: 1_000 });
    expect(decodeLogMessage(headers, body)).toEqual({ kind: 'skip', sequence: 9, storedAt: 1_000 });
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
