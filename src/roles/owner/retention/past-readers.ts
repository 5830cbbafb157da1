import { DAY_MS, type EpochMs } from '../../../base/time.ts';
import { mailerReader, relayReader } from '../../ports/reader-name.ts';
import { transitionsStream } from '../../../wire/subject.ts';
import type { StoredMessage } from '../../ports/log.ts';
import { OUTBOX_MS } from '../protocol.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Which records of a partition's transitions nobody needs any more.
 *
 * 1. Never the last one: it says where an owner goes on.
 * 2. None at which the relay or the mailer stands, or that it has not read; who has never written
 *    down where it stands may come for what is younger than a day.
 * 3. None that the broker may lose and an owner would publish again, and none behind the
 *    checkpoint before the last one.
 */

export interface RecordsPlace {
  readonly world: Pick<OwnerWorld, 'log' | 'erasing' | 'clock'>;
  readonly partition: number;
}

/** What comes before this sequence and was stored before this instant. */
export interface PastReaders {
  readonly sequence: number;
  readonly storedAt: EpochMs;
}

/** @param checkpointed sequence of the last record at the checkpoint before the last one */
export async function pastReaders(
  { world, partition }: RecordsPlace,
  checkpointed: number,
): Promise<PastReaders> {
  const { log, erasing, clock } = world;
  const last = await log.lastSequence(transitionsStream(partition));
  const names = [relayReader(partition), mailerReader(partition)];
  const found = await Promise.all(names.map((name) => erasing.positions.position(name)));
  const known = found.filter((sequence) => sequence > 0);
  const ageMs = known.length < found.length ? DAY_MS : OUTBOX_MS;
  return { sequence: Math.min(last, checkpointed, ...known), storedAt: clock.now() - ageMs };
}

export function isPast(
  { sequence, storedAt }: Pick<StoredMessage, 'sequence' | 'storedAt'>,
  past: PastReaders,
): boolean {
  return sequence < past.sequence && storedAt < past.storedAt;
}
