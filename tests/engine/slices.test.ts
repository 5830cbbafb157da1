import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import { HOUR_MS } from '../../src/base/time.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { Input } from '../../src/engine/protocol.ts';
import { parseSegments } from '../../src/rules/folder.ts';

/*
 * Many timers that are due before a message fire a little at a time: what is put out is the same.
 */

const SETTINGS = {
  clock: 'broker',
  graceMs: 1_000,
  dedupWindowMs: 1,
  dedupIdsMax: 1,
  partitions: 1,
} as const;

function lookers(customers: number, spreadMs: number, silenceMs?: number): Partition {
  const text = 'rule: { event: Product Viewed, within: 1h }\n';
  const segments = parseSegments([{ name: 'looking.yaml', text }], '');
  const inForce = { segments, campaigns: [], zone: UTC };
  const engine = new Partition(SETTINGS, { ...inForce, forgetAnonymousAfterMs: silenceMs });
  for (let i = 0; i < customers; i++) {
    const at = (i * 7) % spreadMs;
    const customer = `c${i}`;
    const event = { type: 'track', customer, anonymousId: customer, at } as const;
    const events = [{ ...event, event: 'Product Viewed', properties: {}, context: {} }];
    engine.apply({ storedAt: spreadMs, body: { kind: 'events', events, history: false } });
  }
  return engine;
}

/** @returns the outputs of each part */
function inParts(engine: Partition, input: Input): Output[][] {
  const parts: Output[][] = [];
  for (let some = engine.fireSome(input); some !== undefined; some = engine.fireSome(input))
    parts.push(some);
  return [...parts, engine.apply(input)];
}

function brief(outputs: readonly Output[]): unknown[] {
  return outputs.map(({ n, chain, effect }) => [n, chain, effect.at, effect.customer]);
}

test('all at one instant, or over some: in parts the same comes out in the same order', () => {
  const message = fc.record({
    customers: fc.integer({ min: 0, max: 1_200 }),
    spreadMs: fc.constantFrom(1, 10, 5_000),
    lateMs: fc.integer({ min: -3_000, max: 3_000 }),
    kind: fc.constantFrom('tick' as const, 'events' as const),
    silenceMs: fc.constantFrom(undefined, HOUR_MS, HOUR_MS - 5_000, HOUR_MS + 1),
  });
  fc.assert(
    fc.property(message, ({ customers, spreadMs, lateMs, kind, silenceMs }) => {
      const storedAt = HOUR_MS + SETTINGS.graceMs + lateMs;
      const body =
        kind === 'tick' ? ({ kind } as const) : ({ kind, events: [], history: false } as const);
      const whole = lookers(customers, spreadMs, silenceMs);
      const parts = lookers(customers, spreadMs, silenceMs);
      const wanted = brief(whole.apply({ storedAt, body }));
      expect(brief(inParts(parts, { storedAt, body }).flat())).toEqual(wanted);
      const later = { storedAt: 3 * HOUR_MS, body: { kind: 'tick' } } as const;
      expect(brief(inParts(parts, later).flat())).toEqual(brief(whole.apply(later)));
      expect(parts.members('looking')).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test('no part is long, and a message that was seen before fires nothing', () => {
  const engine = lookers(1_000, 1);
  const stamp = { producer: 'gateway', n: 1 };
  engine.apply({ stamp, storedAt: 1, body: { kind: 'tick' } });
  const again: Input = { stamp, storedAt: 2 * HOUR_MS, body: { kind: 'tick' } };
  expect(inParts(engine, again)).toEqual([[]]);
  const parts = inParts(engine, { ...again, stamp: { ...stamp, n: 2 } });
  expect(parts.map((part) => part.length)).toEqual([256, 256, 256, 232]);
});

test('to take many out goes in smaller parts', () => {
  const engine = lookers(40, 1, 1_000);
  const parts = inParts(engine, { storedAt: HOUR_MS, body: { kind: 'tick' } });
  // Each leaves a segment, and is told of.
  expect(parts.map((part) => part.length / 2)).toEqual([16, 16, 8]);
  expect(engine.customerCount()).toBe(0);
});
