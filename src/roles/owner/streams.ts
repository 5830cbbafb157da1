import {
  eventsStream,
  eventsSubject,
  REJECTED_STREAM,
  rejectedSubjects,
  transitionsStream,
  transitionsSubject,
} from '../../wire/subject.ts';
import type { Log } from '../ports/log.ts';

const REJECTED_BYTES_MAX = 64 * 1024 * 1024;

/** Makes the streams of these partitions where they are missing. */
export async function ensureStreams(
  log: Log,
  partitions: readonly number[],
  historyBytesMax?: number,
): Promise<void> {
  const limit = historyBytesMax === undefined ? {} : { bytesMax: historyBytesMax };
  for (const p of partitions) {
    await log.ensureStream({ name: eventsStream(p), subjects: [eventsSubject(p)], ...limit });
    await log.ensureStream({ name: transitionsStream(p), subjects: [transitionsSubject(p)] });
  }
  await log.ensureStream({
    name: REJECTED_STREAM,
    subjects: [rejectedSubjects()],
    bytesMax: REJECTED_BYTES_MAX,
    whenFull: 'drop-oldest',
  });
}
