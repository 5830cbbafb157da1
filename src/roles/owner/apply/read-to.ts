import { ShoalError } from '../../../base/error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log, OnMessages, Reader, StoredMessage, StreamState } from '../../ports/log.ts';
import type { Logger } from '../../ports/logger.ts';
import { untilAnswered } from '../retry.ts';

export interface ReadPlace {
  readonly log: Pick<Log, 'read' | 'state' | 'next'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Of a stream: sequences, both with their messages. */
export interface Stretch {
  readonly stream: string;
  readonly from: number;
  /** Not behind its end, when it was last looked at. */
  readonly to: number;
}

/**
 * Reads a stretch of a stream, or less of it.
 *
 * 1. It does not wait for what does not come: what was in the stream may have been trimmed, erased
 *    or lost since.
 *
 * @param handle told of the messages in order, perhaps of later ones too; answers whether that was
 *   enough
 * @throws what the handler throws, or the signal's reason when it is aborted
 * @throws ShoalError `log-changed` (retry) when the stream ends before `to`
 */
export async function readTo(
  { log, clock, logger, signal }: ReadPlace,
  { stream, from, to }: Stretch,
  handle: (messages: readonly StoredMessage[]) => boolean | Promise<boolean>,
): Promise<void> {
  if (from > to) return;
  let reader: Reader | undefined;
  let onAbort: (() => void) | undefined;
  const world = { clock, logger };
  const ask = (): Promise<StreamState> => log.state(stream);
  const look = (): Promise<StoredMessage | undefined> => log.next(stream, from);
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      const onBegin = async (): Promise<void> => {
        const { lastSequence } = await untilAnswered(world, 'the log', ask, signal);
        if (lastSequence < to) throw endsBefore(stream, lastSequence, to);
        if ((await untilAnswered(world, 'the log', look, signal)) === undefined) resolve();
      };
      const onMessages: OnMessages = async (messages, pending) => {
        const isEnough = await handle(messages);
        const isEnd = pending === 0 || (messages.at(-1)?.sequence ?? 0) >= to;
        if (isEnough || isEnd) resolve();
      };
      reader = log.read(stream, from, onMessages, reject, { onBegin });
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    await reader?.stop();
  }
}

function endsBefore(stream: string, last: number, to: number): ShoalError {
  return new ShoalError({
    code: 'log-changed',
    remedy: 'retry',
    message: `while it was read, "${stream}" has lost its end: it was ${to}, and is ${last}`,
    where: stream,
    hint: 'the partition recovers by itself; find out why NATS has lost data',
  });
}
