import type { Manifest } from '../../../wire/checkpoint.ts';
import { decodeOutbox } from '../../../wire/outbox.ts';
import type { TransitionRecord } from '../../../wire/transition-record.ts';
import { fetchChunk, type ChunkPlace } from '../checkpoint/restore.ts';
import { toldBy, type Told } from './claim.ts';
import type { RecordWriter } from './record-writer.ts';
import { diverged } from './replay-gate.ts';

/*
 * Publishes again what the broker has lost of the transitions (durability: "Recovery", 4).
 *
 * 1. It is published as it was: the same numbers, the same items, the same chain.
 */

/**
 * @param told where the transitions end, before the manifest's number
 * @returns where they end now: before the manifest's number when the outbox does not reach back so
 *   far
 * @throws ShoalError `diverged` (stop) when the outbox does not continue what is there
 */
export async function republish(
  place: ChunkPlace,
  { outbox }: Pick<Manifest, 'outbox'>,
  told: Told,
  epoch: number,
  writer: Pick<RecordWriter, 'write'>,
): Promise<Told> {
  const records: TransitionRecord[] = [];
  for (const { hash, to } of outbox) {
    if (to >= told.n) records.push(...decodeOutbox(await fetchChunk(place, hash)));
  }
  const before = records.find(({ to }) => to === told.n);
  if (before !== undefined && before.chain !== told.chain) {
    const what = `number ${told.n} has the chain ${told.chain}, it had been ${before.chain}`;
    throw diverged(place.partition, what);
  }
  let now = told;
  for (const record of records) {
    // What was kept twice, before and after a restart, was cut otherwise.
    if (record.to <= now.n) continue;
    const from = now.n + 1;
    if (record.from > from) break;
    const items = record.items.slice(from - record.from);
    const again = { ...record, epoch, from, items };
    await writer.write(again);
    now = toldBy(again);
  }
  return now;
}
