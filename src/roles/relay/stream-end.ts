import type { Log, StoredMessage } from '../ports/log.ts';

/**
 * Reads a stream from a sequence to what is its end now.
 *
 * @param take  told of the messages in order, possibly also of some that come meanwhile
 * @returns     the sequence of the stream's last message when the reading began
 * @throws the signal's reason when it is aborted
 */
export async function readToEnd(
  log: Log,
  stream: string,
  fromSequence: number,
  take: (messages: readonly StoredMessage[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const { firstSequence, lastSequence } = await log.state(stream);
  if (Math.max(firstSequence, fromSequence) > lastSequence) return lastSequence;
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const end = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const fail = (error: unknown): void => settle?.reject(error);
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const onMessages = async (messages: readonly StoredMessage[], pending: number): Promise<void> => {
    await take(messages);
    // What was the last may have aged out meanwhile: then nothing is pending.
    const isEnd = (messages.at(-1)?.sequence ?? 0) >= lastSequence;
    if (isEnd || pending === 0) settle?.resolve();
  };
  const reader = log.read(stream, fromSequence, onMessages, fail);
  try {
    await end;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await reader.stop();
  }
  return lastSequence;
}
