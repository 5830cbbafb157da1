import {
  decodeRecord,
  encodeRecord,
  RECORD_HEADERS,
  type TransitionRecord,
} from '../../../wire/transition-record.ts';
import { transitionsStream, transitionsSubject } from '../../../wire/subject.ts';
import type { StoredMessage } from '../../ports/log.ts';
import { untilAnswered } from '../retry.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Takes a partition over (durability: "Output: numbers, chain, fence").
 *
 * 1. An epoch belongs to one owner: its claim is written behind the very record that it was
 *    computed from, so of two owners with the same epoch one wins and the other computes again.
 * 2. It is written before any state is loaded. From then on an older owner cannot publish, so what
 *    the last record says of n and the chain stays true.
 */

/** Where the transitions stand after a claim. */
export interface Claimed {
  readonly epoch: number;
  /** Sequence of the claim: the subject's last record. */
  readonly sequence: number;
  /** The last published number, and the chain up to it. */
  readonly n: number;
  readonly chain: string;
}

const NO_CHAIN = '0'.repeat(16);

/** @param storedEpoch the epoch of the partition's checkpoint; 0 when there is none */
export async function claim(
  world: OwnerWorld,
  partition: number,
  storedEpoch: number,
  signal: AbortSignal,
): Promise<Claimed> {
  const subject = transitionsSubject(partition);
  for (;;) {
    const last = await lastRecord(world, partition, signal);
    const record = claimAfter(last?.record, storedEpoch);
    const outcome = await world.log.append(subject, encodeRecord(record), {
      headers: RECORD_HEADERS,
      expectedLastSequence: last?.message.sequence ?? 0,
    });
    if (outcome.kind === 'stored') {
      const { epoch, to, chain } = record;
      return { epoch, sequence: outcome.sequence, n: to, chain };
    }
    // A claim whose outcome is unknown may stand there: the next one takes a higher epoch.
    world.logger.warn('a claim was not stored, claiming again', {
      partition,
      outcome: outcome.kind,
    });
    if (outcome.kind === 'full') await world.clock.sleep(1_000, signal);
  }
}

export interface LastRecord {
  readonly message: StoredMessage;
  readonly record: TransitionRecord;
}

/** The last record of a partition's transitions. */
export async function lastRecord(
  world: OwnerWorld,
  partition: number,
  signal: AbortSignal,
): Promise<LastRecord | undefined> {
  const [stream, subject] = [transitionsStream(partition), transitionsSubject(partition)];
  const message = await untilAnswered(
    world,
    'the last record of transitions',
    () => world.log.last(stream, subject),
    signal,
  );
  return message === undefined ? undefined : { message, record: decodeRecord(message.body) };
}

function claimAfter(last: TransitionRecord | undefined, storedEpoch: number): TransitionRecord {
  const n = last?.to ?? 0;
  return {
    kind: 'claim',
    epoch: Math.max(last?.epoch ?? 0, storedEpoch) + 1,
    from: n + 1,
    to: n,
    items: [],
    chain: last?.chain ?? NO_CHAIN,
    source: last?.source ?? 0,
  };
}
