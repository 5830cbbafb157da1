import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/engine/effect.ts';
import type { Parcel } from '../../src/engine/parcel.ts';
import {
  decodeRecord,
  encodeRecord,
  RECORD_BYTES_MAX,
  RECORD_ITEMS_MAX,
  type TransitionRecord,
} from '../../src/wire/transition-record.ts';

const HEAD = { at: 1_700_000_000_123, customer: 'Анна 🐟', why: 'event' } as const;

const PASSED = { ...HEAD, kind: 'passed', to: 'Zoë\u0000', via: ['a', 'ü'] } as const;
const PARCELS: readonly Parcel[] = [
  { type: 'join', into: 'Zoë', isExplicit: true, isHistory: false },
  { type: 'merge', id: '17', slice: 1, slices: 3, text: '{"__proto__":"\u2028\ud83d\udc1f"}' },
  {
    type: 'event',
    event: {
      ...{ type: 'track', customer: 'Zoë', messageId: 'm', at: -5, event: 'Order Completed' },
      ...{ properties: { toJSON: 1, __keys__: [null, 0.1, {}] }, context: {} },
    },
    isHistory: true,
  },
  { type: 'forget', mark: { salt: 's', hash: '0'.repeat(32) } },
];

const ITEMS: readonly Effect[] = [
  { ...HEAD, kind: 'entry', segment: 'vip' },
  { ...HEAD, kind: 'exit', segment: 'vip', why: 'time' },
  { ...HEAD, kind: 'changed', attribute: 'course', from: null, to: 'painting' },
  {
    ...HEAD,
    kind: 'changed',
    attribute: 'address',
    from: { city: 'Omsk', tags: [1, 'two', false, null, {}] },
    to: { toJSON: 'a name like any other', __keys__: [], n: -0.5, big: 2 ** 53 },
    why: 'import',
  },
  { ...HEAD, kind: 'due', campaign: 'welcome', triggeredAt: 5, trigger: { attribute: 'course' } },
  { ...HEAD, kind: 'happened', event: 'Order Completed', properties: { total: 1.5, a: [{}] } },
  { ...HEAD, kind: 'cancelled', campaign: 'welcome', triggeredAt: 5 },
  ...PARCELS.map((parcel) => ({ ...PASSED, parcel })),
  { ...HEAD, kind: 'forgotten', why: 'forget' },
];

function recordOf(items: readonly Effect[], from = 8): TransitionRecord {
  const to = from + items.length - 1;
  const source = { source: 41, sourceAt: 1_700_000_000_000, sourceItems: 7 };
  return { kind: 'batch', epoch: 3, from, to, items, chain: '00ff00ff00ff00ff', ...source };
}

/** How much of a customer one parcel holds at most, in characters. */
const SLICE_LENGTH_MAX = 64 * 1024;

function parcelItem(parcel: unknown): unknown[] {
  return [6, 5, 'ann', 0, 'bob', [], parcel];
}

describe('a record of transitions', () => {
  test('comes back as it was, whatever users named', () => {
    const record = recordOf(ITEMS);
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  test.each(['claim', 'mark', 'rebase', 'rebuild', 'gap'] as const)(
    'a %s has no items and ends before it begins',
    (kind) => {
      const record: TransitionRecord = { ...recordOf([], 12), kind };
      expect(record.to).toBe(11);
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    },
  );

  test('each reason comes back', () => {
    const whys = ['event', 'time', 'define', 'import', 'merge', 'forget'] as const;
    const items = whys.map((why) => ({ ...HEAD, kind: 'entry', segment: 's', why }) as const);
    expect(decodeRecord(encodeRecord(recordOf(items))).items.map(({ why }) => why)).toEqual(whys);
  });

  test('a full record of transitions is far from the most bytes of one', () => {
    const items = Array.from({ length: RECORD_ITEMS_MAX }, (_, i): Effect => {
      return {
        ...HEAD,
        kind: 'entry',
        customer: `customer-${i}`.padEnd(36, 'x'),
        segment: 's'.repeat(40),
      };
    });
    expect(encodeRecord(recordOf(items)).length).toBeLessThan(RECORD_BYTES_MAX / 2);
  });

  test('a slice of a customer fits into one, whatever its characters', () => {
    for (const text of ['"'.repeat(SLICE_LENGTH_MAX), '€'.repeat(SLICE_LENGTH_MAX)]) {
      const parcel = { type: 'merge', id: '17', slice: 0, slices: 2, text } as const;
      expect(encodeRecord(recordOf([{ ...PASSED, parcel }])).length).toBeLessThan(RECORD_BYTES_MAX);
    }
  });

  test.each([
    ['no MessagePack', Uint8Array.of(0xc1)],
    ['nothing', new Uint8Array(0)],
    ['another version', new Packr().pack([2, 0, 1, 1, [], '', 0])],
    ['an unknown kind', new Packr().pack([1, 9, 1, 1, [], '', 0])],
    ['an unknown item', new Packr().pack([1, 0, 1, 1, [[9, 0, 'c', 0, 's']], '', 0])],
    ['a parcel that is no text', new Packr().pack([1, 0, 1, 1, [parcelItem(5)], '', 0])],
    ['a parcel that is no JSON', new Packr().pack([1, 0, 1, 1, [parcelItem('{')], '', 0])],
    ['no record at all', new Packr({ useRecords: false }).pack({ v: 1 })],
  ])('%s is refused by its code', (_, body) => {
    expect(() => decodeRecord(body)).toThrow(
      expect.objectContaining({ code: 'record-unreadable', remedy: 'stop' }),
    );
  });
});
