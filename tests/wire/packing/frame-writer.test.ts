import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { FrameWriter } from '../../../src/wire/packing/frame-writer.ts';

function event(properties: JsonObject, more: Partial<CustomerEvent> = {}): CustomerEvent {
  const what = { type: 'track', event: 'Seen', at: 1_700_000_000_123, context: {} } as const;
  const ids = { customer: 'ann', anonymousId: undefined, messageId: undefined };
  return { ...what, ...ids, properties, ...more };
}

function written(events: readonly CustomerEvent[]): Uint8Array {
  const writer = new FrameWriter();
  for (const one of events) expect(writer.add(one)).toBe(true);
  return writer.take();
}

/** What msgpackr reads of them. */
function read(events: readonly CustomerEvent[]): unknown {
  return decodeFrame(written(events)).events;
}

describe('what is written, msgpackr reads', () => {
  it.each([
    ['whole numbers', [0, 1, 63, 64, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1]],
    ['larger ones', [2 ** 32, 2 ** 53, -(2 ** 53), 1e300]],
    ['negative ones', [-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1]],
    ['fractions', [0.1, -0.5, 1 / 3, Number.MIN_VALUE, Number.MAX_VALUE]],
    ['truth', [true, false, null]],
    ['lists', [[], [[]], [1, [2, [3]]], Array.from({ length: 15 }, () => 1)]],
    ['long lists', [Array.from({ length: 16 }, (_, i) => i), Array(70_000).fill(null)]],
  ])('%s', (_, list) => {
    expect(read([event({ list })])).toEqual([event({ list })]);
  });

  it('text of every length around where its form changes', () => {
    const lengths = [
      0, 1, 2, 3, 4, 5, 23, 24, 25, 31, 32, 63, 64, 84, 85, 86, 255, 256, 21_845, 21_846, 70_000,
    ];
    for (const unit of ['x', 'é', 'Ж', '漢', '😀']) {
      const events = lengths.map((length) => event({ text: unit.repeat(length) }));
      expect(read(events)).toEqual(events);
      const mixed = lengths.map((length) => event({ text: 'x'.repeat(length) + unit }));
      expect(read(mixed)).toEqual(mixed);
    }
  });

  it('objects of more shapes than are remembered, and of more keys', () => {
    const shapes = Array.from({ length: 200 }, (_, i) => event({ [`k${i}`]: i, same: { a: i } }));
    expect(read([...shapes.slice(0, 100), ...shapes.slice(0, 100)])).toHaveLength(200);
    expect(read(shapes)).toEqual(shapes);
    const keys = (count: number): JsonObject =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`key ${i}`, i]));
    const wide = [15, 16, 32, 33, 70_000].flatMap((n) => [event(keys(n)), event(keys(n))]);
    expect(read(wide)).toEqual(wide);
  });

  it('objects whose keys begin as another one’s, in another order, or are none', () => {
    const properties: JsonObject[] = [
      { a: 1, b: 2 },
      { a: 1 },
      {},
      { b: 2, a: 1 },
      { a: 1, b: 2, c: {} },
    ];
    const events = [...properties, ...properties].map((each) => event(each));
    const bytes = decodeFrame(written(events)).events.map((one) => JSON.stringify(one.properties));
    expect(bytes).toEqual(events.map((one) => JSON.stringify(one.properties)));
  });
});

describe('a body', () => {
  it('stands alone, also after one that was larger', () => {
    const writer = new FrameWriter();
    writer.add(event({ a: 1, text: 'x'.repeat(500_000) }));
    writer.take();
    writer.add(event({ a: 2 }));
    const first = writer.take();
    writer.add(event({ a: 2 }));
    expect(writer.take()).toEqual(first);
    expect(decodeFrame(first).events).toEqual([event({ a: 2 })]);
  });

  it('has no more bytes than are allowed, unless one event does', () => {
    const writer = new FrameWriter(1_000);
    const long = event({ text: 'x'.repeat(400) });
    expect([writer.add(long), writer.add(long), writer.count]).toEqual([true, true, 2]);
    expect(writer.add(event({ other: 'y'.repeat(400) }))).toBe(false);
    expect(writer.count).toBe(2);
    const full = writer.take();
    expect(full.length).toBeLessThanOrEqual(1_000);
    expect(decodeFrame(full).events).toEqual([long, long]);
    const huge = event({ other: 'y'.repeat(4_000) });
    expect(writer.add(huge)).toBe(true);
    expect(decodeFrame(writer.take()).events).toEqual([huge]);
  });

  it('may leave its memory to a later one, and no other is touched by that', () => {
    const writer = new FrameWriter();
    const take = (letter: string): Uint8Array => {
      writer.add(event({ list: Array<string>(300).fill(letter.repeat(60)) }));
      return writer.take();
    };
    const [first, second] = [take('a'), take('b')];
    writer.giveBack(first);
    const [third, fourth, fifth] = [take('c'), take('d'), take('e')];
    expect(fourth.buffer).toBe(first.buffer);
    const texts = [second, third, fourth, fifth].map((body) => {
      const list = decodeFrame(body).events[0]?.properties['list'];
      return [...new Set(Array.isArray(list) ? list : [])].join();
    });
    expect(texts).toEqual(['b', 'c', 'd', 'e'].map((letter) => letter.repeat(60)));
  });

  it('repeats no keys of many shapes that begin with different ones', () => {
    const events = Array.from({ length: 40 }, (_, i) => event({ [`a quite long key ${i}`]: 1 }));
    const [once, twice] = [written(events).length, written([...events, ...events]).length];
    expect(twice - once).toBeLessThan(once - 40 * 'a quite long key'.length);
  });

  it('repeats no keys', () => {
    const one = event({ product_id: 'p-1', category: 'toys', price: 12.5 });
    const [alone, twice] = [written([one]).length, written([one, one]).length];
    const saved = alone - (twice - alone);
    expect(saved).toBeGreaterThan('product_id category price'.length);
  });
});
