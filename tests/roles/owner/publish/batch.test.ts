import { expect, test } from 'vitest';
import type { Effect } from '../../../../src/engine/effect.ts';
import { Numbering } from '../../../../src/engine/numbering.ts';
import { nextBatch, SourceCount, type Sourced } from '../../../../src/roles/owner/publish/batch.ts';
import {
  decodeRecord,
  RECORD_BYTES_MAX,
  RECORD_ITEMS_MAX,
} from '../../../../src/wire/transition-record.ts';
import { passed, slice } from '../../../support/parcels.ts';
import { entry } from '../../../support/relay.ts';

function sourced(effects: readonly Effect[]): Sourced[] {
  const numbering = new Numbering(0, '0'.repeat(16));
  const count = new SourceCount({ source: 0, sourceAt: 0, sourceItems: 0 });
  const from = { sequence: 1, storedAt: 1_000 };
  return effects.map((effect) => count.next(numbering.take(effect), from));
}

/** The sizes of the records that hold all of these, and all their items. */
function batches(effects: readonly Effect[]) {
  const sizes: { items: number; bytes: number }[] = [];
  const items: Effect[] = [];
  let rest = sourced(effects);
  while (rest.length > 0) {
    const { record, body } = nextBatch(3, rest);
    expect(decodeRecord(body)).toEqual(record);
    sizes.push({ items: record.items.length, bytes: body.length });
    items.push(...record.items);
    rest = rest.slice(record.items.length);
  }
  return { sizes, items };
}

test('a record holds as much as fits, and whatever a customer is, all of it comes', () => {
  const large = (id: number, length: number): Effect =>
    passed('ann', slice(String(id), 0, 1, '"€'.repeat(length / 2)));
  const effects = [
    ...Array.from({ length: 1_500 }, (_, i) => entry(`c${i}`)),
    ...Array.from({ length: 40 }, (_, i) => large(i, 65_536)),
    ...Array.from({ length: 40 }, (_, i) => large(i, 100)),
    large(99, 400_000),
    entry('last'),
  ];
  const { sizes, items } = batches(effects);
  expect(items).toEqual(effects);
  expect(sizes[0]?.items).toBe(RECORD_ITEMS_MAX);
  for (const { items: count, bytes } of sizes) {
    expect(bytes <= RECORD_BYTES_MAX || count === 1).toBe(true);
  }
  expect(sizes.length).toBeLessThan(60);
});
