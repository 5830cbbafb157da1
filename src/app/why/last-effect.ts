import type { EpochMs } from '../../base/time.ts';
import type { Effect } from '../../engine/effect.ts';
import type { Log, StoredMessage } from '../../roles/ports/log.ts';
import { transitionsStream } from '../../wire/subject.ts';
import { decodeRecord } from '../../wire/transition-record.ts';

/** How many records are read at once, and how many at most. */
const WINDOW_RECORDS = 2_000;
const RECORDS_MAX = 100_000;

/** What was found by reading back, or how far back it was looked for. */
export interface Found {
  readonly effect?: Effect | undefined;
  /**
   * When the earliest record was stored that was read, ms since the epoch; absent where that was
   * the first there ever was.
   */
  readonly backTo?: EpochMs | undefined;
}

/**
 * The last effect of a partition that is the one sought, among its latest hundred thousand records.
 * The engine does not keep when a member entered: its transitions say so.
 *
 * @throws the signal's reason when it is aborted
 */
export async function lastEffect(
  log: Log,
  partition: number,
  isSought: (effect: Effect) => boolean,
  signal: AbortSignal,
): Promise<Found> {
  const stream = transitionsStream(partition);
  const { firstSequence, lastSequence } = await log.state(stream);
  const stopAt = Math.max(firstSequence, lastSequence - RECORDS_MAX + 1, 1);
  let backTo: EpochMs | undefined;
  for (let end = lastSequence; end >= stopAt; end -= WINDOW_RECORDS) {
    const from = Math.max(stopAt, end - WINDOW_RECORDS + 1);
    const records = await readWindow(log, stream, from, end, signal);
    backTo = records[0]?.storedAt ?? backTo;
    const effect = records
      .flatMap(({ body }) => decodeRecord(body).items)
      .findLast((one) => isSought(one));
    if (effect !== undefined) return { effect, backTo };
  }
  return { backTo: stopAt > 1 ? backTo : undefined };
}

/** The messages of a stream from one sequence to another, both included, that are there. */
async function readWindow(
  log: Log,
  stream: string,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  const ending = new AbortController();
  const ended = new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true, signal: ending.signal });
    if (signal.aborted) onAbort();
    const onMessages = async (messages: readonly StoredMessage[], pending: number) => {
      found.push(...messages.filter(({ sequence }) => sequence <= to));
      if (pending === 0 || (messages.at(-1)?.sequence ?? 0) >= to) resolve();
    };
    const reader = log.read(stream, from, onMessages, reject);
    ending.signal.addEventListener('abort', () => void reader.stop());
  });
  try {
    await ended;
  } finally {
    ending.abort();
  }
  return found;
}
