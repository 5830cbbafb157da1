import { decodeRecord, type RecordKind } from '../../../wire/transition-record.ts';
import { transitionsStream } from '../../../wire/subject.ts';
import type { StoredMessage } from '../../ports/log.ts';
import { readUntil } from '../apply/read-until.ts';
import type { LogView } from '../checkpoint/continuity.ts';

/** Behind these, numbers do not follow from the log and a state before them. */
const BREAKS: ReadonlySet<RecordKind> = new Set(['rebase', 'rebuild', 'gap']);

/**
 * Whether a replay from an older state cannot repeat the numbers of some records: one of them says
 * that numbers went on from another state.
 *
 * @param fromSequence of the transitions' stream
 * @param toSequence   of its last record
 */
export async function areNumbersBroken(
  { world, partition, signal }: LogView,
  fromSequence: number,
  toSequence: number,
): Promise<boolean> {
  if (fromSequence > toSequence) return false;
  let areBroken = false;
  const look = async (messages: readonly StoredMessage[]): Promise<boolean> => {
    areBroken ||= messages.some(({ body }) => BREAKS.has(decodeRecord(body).kind));
    return areBroken || (messages.at(-1)?.sequence ?? 0) >= toSequence;
  };
  await readUntil(world.log, transitionsStream(partition), fromSequence, look, signal);
  return areBroken;
}
