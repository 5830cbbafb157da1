import { TRIGGERS_STREAM } from '../../wire/subject.ts';
import { triggerPlaceOf } from '../../wire/trigger.ts';
import type { Log } from '../ports/log.ts';
import { readToEnd } from './stream-end.ts';

/** What has been published already. */
export interface Published {
  /** The sequence of the last trigger; all that came after the bookmark has been looked at. */
  readonly end: number;
  /** Partition → the highest number found there. */
  readonly numbers: ReadonlyMap<number, number>;
}

/** Looks at all triggers behind a sequence. @throws the signal's reason when it is aborted */
export async function readPublished(
  log: Log,
  cluster: string,
  afterSequence: number,
  signal: AbortSignal,
): Promise<Published> {
  const numbers = new Map<number, number>();
  let read = afterSequence;
  const last = await readToEnd(
    log,
    TRIGGERS_STREAM,
    afterSequence + 1,
    (messages) => {
      for (const { headers, sequence } of messages) {
        read = sequence;
        const place = triggerPlaceOf(headers);
        if (place?.cluster !== cluster) continue;
        const { partition, number } = place;
        numbers.set(partition, Math.max(number, numbers.get(partition) ?? 0));
      }
    },
    signal,
  );
  return { end: Math.max(last, read), numbers };
}
