import type { SegmentId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Log, StoredMessage } from '../../roles/ports/log.ts';
import { readToEnd } from '../../roles/relay/stream-end.ts';
import { TRIGGERS } from '../../roles/ports/triggers-stream.ts';
import { readTrigger } from '../../wire/trigger.ts';
import { whenAborted } from '../stop-signal.ts';

export interface Wish {
  /** Only the entries and exits of this one. */
  readonly segment: SegmentId | undefined;
  /** Also what announces nothing. */
  readonly quiet: boolean;
  /** Only what was published from this instant on. */
  readonly since: EpochMs | undefined;
  /** Go on for ever; without `since` from now on. */
  readonly follow: boolean;
}

/**
 * Hands over triggers as lines of JSON, in the order in which they are stored, until there are no
 * more or, when they are followed, the signal is aborted.
 *
 * @throws the signal's reason when it is aborted before the end
 */
export async function triggerLines(
  log: Log,
  wish: Wish,
  write: (lines: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await log.ensureStream(TRIGGERS);
  const take = async (messages: readonly StoredMessage[]): Promise<void> => {
    const lines = messages.flatMap((message) => lineOf(message, wish));
    if (lines.length > 0 && !signal.aborted) await write(lines);
  };
  if (!wish.follow) {
    await readToEnd(log, TRIGGERS.name, 1, take, signal);
    return;
  }
  const from = wish.since === undefined ? (await log.lastSequence(TRIGGERS.name)) + 1 : 1;
  const failures: unknown[] = [];
  const ending = new AbortController();
  const onFailure = (error: unknown): void => {
    failures.push(error);
    ending.abort();
  };
  const reader = log.read(TRIGGERS.name, from, take, onFailure);
  await whenAborted(AbortSignal.any([signal, ending.signal]));
  await reader.stop();
  if (failures.length > 0) throw failures[0];
}

function lineOf(message: StoredMessage, { segment, quiet, since }: Wish): string[] {
  if (since !== undefined && message.storedAt < since) return [];
  const trigger = readTrigger(message);
  if (trigger === undefined || (trigger['quiet'] === true && !quiet)) return [];
  if (segment !== undefined && trigger['segment'] !== segment) return [];
  return [JSON.stringify(trigger)];
}
