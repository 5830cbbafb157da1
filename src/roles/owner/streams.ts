import {
  amendedStream,
  amendedSubjects,
  eventsStream,
  eventsSubject,
  REJECTED_STREAM,
  rejectedSubjects,
  transitionsStream,
  transitionsSubject,
} from '../../wire/subject.ts';
import type { Log, StreamSettings } from '../ports/log.ts';

const REJECTED_BYTES_MAX = 64 * 1024 * 1024;

/** The streams of these partitions, and what they share. */
export function streamsOf(
  partitions: readonly number[],
  historyBytesMax?: number,
): readonly StreamSettings[] {
  const limit = historyBytesMax === undefined ? {} : { bytesMax: historyBytesMax };
  const rejected: StreamSettings = {
    name: REJECTED_STREAM,
    subjects: [rejectedSubjects()],
    bytesMax: REJECTED_BYTES_MAX,
    whenFull: 'drop-oldest',
  };
  const own = partitions.flatMap((p) => [
    { name: eventsStream(p), subjects: [eventsSubject(p)], ...limit },
    { name: amendedStream(p), subjects: [amendedSubjects(p)] },
    { name: transitionsStream(p), subjects: [transitionsSubject(p)] },
  ]);
  return [...own, rejected];
}

/** Makes the streams of these partitions where they are missing. */
export async function ensureStreams(
  log: Log,
  partitions: readonly number[],
  historyBytesMax?: number,
): Promise<void> {
  for (const settings of streamsOf(partitions, historyBytesMax)) await log.ensureStream(settings);
}
