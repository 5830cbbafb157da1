import type { Log, StoredMessage } from '../../src/roles/ports/log.ts';
import { eventually } from './world.ts';

/** All messages that a stream holds now. */
export async function readStream(log: Log, stream: string): Promise<StoredMessage[]> {
  const end = await log.lastSequence(stream);
  const read: StoredMessage[] = [];
  if (end === 0) return read;
  const onMessages = async (messages: readonly StoredMessage[]): Promise<void> =>
    void read.push(...messages);
  const failures: unknown[] = [];
  const reader = log.read(stream, 1, onMessages, (error) => failures.push(error));
  await eventually(`the end of ${stream}`, () => {
    if (failures.length > 0) throw failures[0];
    return (read.at(-1)?.sequence ?? 0) >= end;
  });
  await reader.stop();
  return read;
}
