import { expect, test } from 'vitest';
import { Outbox } from '../../../../src/roles/owner/publish/outbox.ts';
import { OUTBOX_BYTES_MAX, OUTBOX_MS } from '../../../../src/roles/owner/protocol.ts';
import { CHUNK_BYTES_MAX } from '../../../../src/wire/checkpoint.ts';
import { decodeOutbox } from '../../../../src/wire/outbox.ts';
import { encodeRecord, type TransitionRecord } from '../../../../src/wire/transition-record.ts';

function recordOf(n: number, customer = `c${n}`): TransitionRecord {
  const item = { kind: 'entry', at: n, customer, why: 'event', segment: 'vip' } as const;
  const place = { from: n, to: n, source: n, sourceAt: n, sourceItems: 1 };
  return { kind: 'batch', epoch: 1, items: [item], chain: 'ab'.repeat(8), ...place };
}

function add(outbox: Outbox, record: TransitionRecord, now: number): void {
  outbox.add({ record, body: encodeRecord(record) }, now);
}

test('what was added comes back in order, and a sealed chunk never changes (1)', () => {
  const outbox = new Outbox([]);
  add(outbox, recordOf(1), 0);
  add(outbox, recordOf(2), 0);
  const [first] = outbox.chunks(0);
  expect(first).toMatchObject({ from: 1, to: 2, at: 0 });
  add(outbox, recordOf(3), 10);
  const chunks = outbox.chunks(10);
  expect(chunks).toHaveLength(2);
  expect(chunks[0]).toBe(first);
  const records = chunks.flatMap(({ bytes }) => decodeOutbox(bytes ?? Uint8Array.of()));
  expect(records).toEqual([recordOf(1), recordOf(2), recordOf(3)]);
});

test('what is old is dropped, also of an earlier owner (2)', () => {
  const outbox = new Outbox([{ hash: 'aa', length: 5, from: 1, to: 2, at: 0 }]);
  add(outbox, recordOf(3), 1_000);
  expect(outbox.chunks(OUTBOX_MS - 1).map(({ from }) => from)).toEqual([1, 3]);
  expect(outbox.chunks(OUTBOX_MS).map(({ from }) => from)).toEqual([3]);
  expect(outbox.chunks(OUTBOX_MS + 1_000)).toEqual([]);
});

test('it is bounded: the oldest of too much goes, the newest stays (2)', () => {
  const outbox = new Outbox([]);
  const long = 'x'.repeat(CHUNK_BYTES_MAX / 2);
  for (let n = 1; n <= 200; n++) add(outbox, recordOf(n, long), n);
  const chunks = outbox.chunks(200);
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThanOrEqual(OUTBOX_BYTES_MAX);
  expect(bytes).toBeGreaterThan(OUTBOX_BYTES_MAX / 2);
  expect(chunks.at(-1)?.to).toBe(200);
});
