import {
  encodeRecord,
  RECORD_HEADERS,
  type RecordKind,
  type RecordSource,
  type TransitionRecord,
} from '../../../wire/transition-record.ts';
import { transitionsSubject } from '../../../wire/subject.ts';
import type { OwnerWorld } from '../world.ts';
import { lastRecord } from './record-writer.ts';

/*
 * Takes a partition over (durability: "Output: numbers, chain, fence").
 *
 * 1. An epoch belongs to one owner: its claim is written behind the very record that it was
 *    computed from, so of two owners with the same epoch one wins and the other computes again.
 * 2. It is written before any state is loaded. From then on an older owner cannot publish, so what
 *    the last record says of n and the chain stays true.
 */

/** What has been told: the last number, the chain up to it, and what that number followed from. */
export interface Told extends RecordSource {
  readonly n: number;
  readonly chain: string;
}

/** Where the transitions stand after a claim. */
export interface Claimed extends Told {
  readonly epoch: number;
  /** Sequence of the claim: the subject's last record. */
  readonly sequence: number;
}

const NOTHING_TOLD: Told = {
  n: 0,
  chain: '0'.repeat(16),
  source: 0,
  sourceAt: 0,
  sourceItems: 0,
};

/** @param storedEpoch the highest epoch that the store knows of the partition; 0 for none */
export async function claim(
  world: OwnerWorld,
  partition: number,
  storedEpoch: number,
  signal: AbortSignal,
): Promise<Claimed> {
  const subject = transitionsSubject(partition);
  for (;;) {
    const last = await lastRecord(world, partition, signal);
    const told = last === undefined ? NOTHING_TOLD : toldBy(last.record);
    const epoch = Math.max(last?.record.epoch ?? 0, storedEpoch) + 1;
    const record = emptyRecord('claim', epoch, told);
    const outcome = await world.log.append(subject, encodeRecord(record), {
      headers: RECORD_HEADERS,
      expectedLastSequence: last?.message.sequence ?? 0,
    });
    if (outcome.kind === 'stored') return { ...told, epoch, sequence: outcome.sequence };
    // A claim whose outcome is unknown may stand there: the next one takes a higher epoch.
    world.logger.warn('a claim was not stored, claiming again', {
      partition,
      outcome: outcome.kind,
    });
    if (outcome.kind === 'full') await world.clock.sleep(1_000, signal);
  }
}

export function toldBy({ to, chain, source, sourceAt, sourceItems }: TransitionRecord): Told {
  return { n: to, chain, source, sourceAt, sourceItems };
}

/** A record without items: it repeats what has been told. */
export function emptyRecord(kind: RecordKind, epoch: number, told: Told): TransitionRecord {
  const { n, ...rest } = told;
  return { kind, epoch, from: n + 1, to: n, items: [], ...rest };
}
