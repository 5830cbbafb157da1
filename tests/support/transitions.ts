import { Numbering } from '../../src/engine/numbering.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { Log } from '../../src/roles/ports/log.ts';
import { transitionsStream } from '../../src/wire/subject.ts';
import { decodeRecord, type TransitionRecord } from '../../src/wire/transition-record.ts';
import { itemsOf } from './owner.ts';
import { readStream } from './stream.ts';

const NO_CHAIN = '0'.repeat(16);

/** What a partition has told: numbered from 1 without gap or double, in one chain. */
export interface Told {
  readonly records: readonly TransitionRecord[];
  readonly items: readonly Effect[];
}

/** Reads a partition's transitions; fails when a number or a chain does not go on. */
export async function readTransitions(log: Log, partition: number): Promise<Told> {
  const messages = await readStream(log, transitionsStream(partition));
  const records = messages.map(({ body }) => decodeRecord(body));
  const items = itemsOf(records);
  const numbering = new Numbering(0, NO_CHAIN);
  for (const { from, items: some, chain } of records) {
    for (const item of some) numbering.take(item);
    if (numbering.chain === chain) continue;
    throw new Error(`the chain breaks in the record of partition ${partition} from ${from} on`);
  }
  return { records, items };
}

/** Members by segment, as who has followed all transitions knows them. */
export function membersAfter(items: readonly Effect[]): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  for (const item of items) {
    if (item.kind !== 'entry' && item.kind !== 'exit') continue;
    const known = members.get(item.segment) ?? new Set();
    members.set(item.segment, known);
    const isNews = item.kind === 'entry' ? !known.has(item.customer) : known.has(item.customer);
    if (!isNews) throw new Error(`${item.customer}: ${item.kind} of ${item.segment} twice`);
    if (item.kind === 'entry') known.add(item.customer);
    else known.delete(item.customer);
  }
  return members;
}
