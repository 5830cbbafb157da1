import type { Log, Reader, StoredMessage } from '../../ports/log.ts';

/**
 * Reads a stream from a sequence until a handler says that it is enough.
 *
 * @throws what the handler throws, or the signal's reason when it is aborted
 */
export async function readUntil(
  log: Log,
  stream: string,
  fromSequence: number,
  handle: (messages: readonly StoredMessage[]) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let reader: Reader | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const onMessages = async (messages: readonly StoredMessage[]): Promise<void> => {
        if (await handle(messages)) resolve();
      };
      reader = log.read(stream, fromSequence, onMessages, reject);
    });
  } finally {
    await reader?.stop();
  }
}
