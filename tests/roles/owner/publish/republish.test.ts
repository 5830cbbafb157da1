import { expect, test } from 'vitest';
import { Numbering } from '../../../../src/engine/numbering.ts';
import { sha256 } from '../../../../src/roles/owner/checkpoint/chunks.ts';
import { toldBy } from '../../../../src/roles/owner/publish/claim.ts';
import { republish } from '../../../../src/roles/owner/publish/republish.ts';
import type { OutboxChunk } from '../../../../src/wire/checkpoint.ts';
import { encodeOutbox } from '../../../../src/wire/outbox.ts';
import { encodeRecord, type TransitionRecord } from '../../../../src/wire/transition-record.ts';
import { RecordingLogger, systemClock } from '../../../support/world.ts';

const numbering = new Numbering(0, '0'.repeat(16));
const outputs = Array.from({ length: 9 }, (_, i) =>
  numbering.take({ kind: 'entry', at: i, customer: `c${i}`, why: 'event', segment: 'vip' }),
);

function recordOf(from: number, to: number, epoch = 1): TransitionRecord {
  const items = outputs.slice(from - 1, to);
  const chain = items.at(-1)?.chain ?? '';
  const source = { source: to, sourceAt: to, sourceItems: 1 };
  return {
    kind: 'batch',
    epoch,
    from,
    to,
    items: items.map(({ effect }) => effect),
    chain,
    ...source,
  };
}

/** A store with these chunks of records, and what is written of them. */
async function republished(chunks: readonly (readonly TransitionRecord[])[], lostBehind: number) {
  const stored = new Map<string, Uint8Array>();
  const outbox = chunks.map((records): OutboxChunk => {
    const bytes = encodeOutbox(records.map((record) => encodeRecord(record)));
    const hash = sha256(bytes);
    stored.set(hash, bytes);
    const [from, to] = [records[0]?.from ?? 0, records.at(-1)?.to ?? 0];
    return { hash, length: bytes.length, from, to, at: 0 };
  });
  const written: TransitionRecord[] = [];
  const world = {
    clock: systemClock,
    logger: new RecordingLogger(),
    checkpoints: { getChunk: async (_: number, hash: string) => stored.get(hash) },
  };
  const place = { world, partition: 0, signal: new AbortController().signal };
  const writer = { write: async (record: TransitionRecord) => void written.push(record) };
  const told = toldBy(recordOf(1, lostBehind));
  const now = await republish(place, { outbox }, told, 7, writer);
  return { written, n: now.n };
}

test('what is lost is written as it was, by the new owner', async () => {
  const { written, n } = await republished([[recordOf(1, 3), recordOf(4, 6)], [recordOf(7, 9)]], 4);
  expect(written).toEqual([recordOf(5, 6, 7), recordOf(7, 9, 7)]);
  expect(n).toBe(9);
});

test('what was kept twice, cut otherwise, is written once', async () => {
  const before = [recordOf(1, 3), recordOf(4, 6), recordOf(7, 8)];
  const again = [recordOf(4, 5), recordOf(6, 7), recordOf(8, 8), recordOf(9, 9)];
  const { written } = await republished([before, again], 3);
  expect(written).toEqual([recordOf(4, 6, 7), recordOf(7, 8, 7), recordOf(9, 9, 7)]);
});

test('it ends before a hole', async () => {
  const { written, n } = await republished([[recordOf(1, 3)], [recordOf(6, 9)]], 2);
  expect(written).toEqual([recordOf(3, 3, 7)]);
  expect(n).toBe(3);
});
