import { decodeRecord, type RecordKind } from '../../../wire/transition-record.ts';
import { transitionsStream } from '../../../wire/subject.ts';
import { readTo } from '../apply/read-to.ts';
import type { LogView } from '../checkpoint/continuity.ts';

/** Behind these, numbers do not follow from the log and a state before them. */
const BREAKS: ReadonlySet<RecordKind> = new Set(['rebase', 'rebuild', 'gap']);

/**
 * Whether a replay from an older state cannot repeat the numbers of some records: one of them says
 * that numbers went on from another state.
 *
 * @param fromSequence of the transitions' stream
 * @param toSequence   of its last record
 * @throws ShoalError `log-changed` (retry) when that is not there any more
 */
export async function areNumbersBroken(
  { world, partition, signal }: LogView,
  fromSequence: number,
  toSequence: number,
): Promise<boolean> {
  let areBroken = false;
  const stretch = { stream: transitionsStream(partition), from: fromSequence, to: toSequence };
  await readTo({ ...world, signal }, stretch, (messages) => {
    areBroken ||= messages.some(({ body }) => BREAKS.has(decodeRecord(body).kind));
    return areBroken;
  });
  return areBroken;
}
