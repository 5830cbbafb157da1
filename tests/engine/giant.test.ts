import { expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import { HOUR_MS } from '../../src/base/time.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { parseSegments } from '../../src/rules/folder.ts';

const LINES = 100_000;
const SETTINGS = {
  clock: 'broker',
  graceMs: 0,
  dedupWindowMs: 1,
  dedupIdsMax: 1,
  partitions: 1,
} as const;

/** Each line costs 1; a series has room for a little more than half a million of them. */
function order(customer: string, at: number): CustomerEvent {
  const products = Array.from({ length: LINES }, () => ({ price: 1 }));
  const properties = { products };
  return { type: 'track', customer, at, event: 'Order Completed', properties, context: {} };
}

function spenders(atLeast: number): Partition {
  const measure = 'lines: { of: products }, sum: price, within: 1h';
  const rule = `{ event: Order Completed, ${measure}, atLeast: ${atLeast} }`;
  const sources = [{ name: 'spenders.yaml', text: `rule: ${rule}\n` }];
  const definitions = { segments: parseSegments(sources, ''), campaigns: [], zone: UTC };
  return new Partition(SETTINGS, definitions);
}

function buy(engine: Partition, customer: string, at: number): void {
  const events = [order(customer, at)];
  engine.apply({ storedAt: at, body: { kind: 'events', events, history: false } });
}

test('a giant customer costs no more than the bound, and what does not count is counted', () => {
  const engine = spenders(6 * LINES + 1);
  for (let i = 0; i < 8; i++) buy(engine, 'giant', i);
  // Six fit; a seventh would have made a spender of it.
  expect(engine.members('spenders')).toEqual([]);
  expect([...engine.skipped]).toEqual([['series-full', 2]]);
  expect(engine.questions.memory().series.cellBytes).toBeLessThan(32 * 1024 * 1024);
});

test('others go on, and so does the giant when time has made room', () => {
  const engine = spenders(3 * LINES);
  for (let i = 0; i < 8; i++) buy(engine, 'giant', i * 1_000);
  for (let i = 0; i < 3; i++) buy(engine, 'ann', 8_000 + i);
  expect(engine.members('spenders')).toEqual(['giant', 'ann']);
  engine.apply({ storedAt: 3 * HOUR_MS, body: { kind: 'tick' } });
  expect(engine.members('spenders')).toEqual([]);
  for (let i = 0; i < 3; i++) buy(engine, 'giant', 3 * HOUR_MS + i);
  expect(engine.members('spenders')).toEqual(['giant']);
  expect([...engine.skipped]).toEqual([['series-full', 2]]);
});
