import { isAbout } from '../../../wire/amended/about.ts';
import type { Names } from '../../../wire/amended/names.ts';
import { transitionsStream } from '../../../wire/subject.ts';
import { decodeRecord } from '../../../wire/transition-record.ts';
import { isPast, type PastReaders } from '../retention/past-readers.ts';
import { readBetween, type ErasurePlace } from './read-between.ts';

/**
 * Erases the records of a partition's transitions that name customers, whole: numbers are missing
 * then, which nobody who is past them asks for.
 *
 * @returns false when some must stay for now
 */
export async function eraseRecords(
  place: ErasurePlace,
  names: Names,
  past: PastReaders,
  onErased: () => void,
): Promise<boolean> {
  const { log, partition } = place;
  const stream = transitionsStream(partition);
  const { firstSequence, lastSequence } = await log.state(stream);
  let isClean = true;
  await readBetween(place, stream, [firstSequence, lastSequence], async (message) => {
    // A parcel is JSON inside the record.
    if (!names.mayBeIn(message.body, true)) return;
    if (!decodeRecord(message.body).items.some((effect) => isAbout(effect, names))) return;
    if (!isPast(message, past)) {
      isClean = false;
      return;
    }
    await log.erase(stream, message.sequence);
    onErased();
  });
  return isClean;
}
