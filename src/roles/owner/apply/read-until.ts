import type { Log, OnMessages, Reader, StoredMessage } from '../../ports/log.ts';

/**
 * Reads a stream from a sequence until a handler says that it is enough.
 *
 * @throws what the handler throws, or the signal's reason when it is aborted
 */
export async function readUntil(
  log: Pick<Log, 'read'>,
  stream: string,
  fromSequence: number,
  handle: (messages: readonly StoredMessage[], pending: number) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let reader: Reader | undefined;
  let onAbort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      const onMessages: OnMessages = async (messages, pending) => {
        if (await handle(messages, pending)) resolve();
      };
      reader = log.read(stream, fromSequence, onMessages, reject);
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    await reader?.stop();
  }
}
