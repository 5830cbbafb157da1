import { ShoalError } from '../../../base/error.ts';
import { decodeLogMessage, encodeSkip } from '../../../wire/log-codec.ts';
import { eventsStream, eventsSubject } from '../../../wire/subject.ts';
import type { StoredMessage } from '../../ports/log.ts';
import { ATTEMPTS_MAX } from '../protocol.ts';
import type { OwnerWorld } from '../world.ts';
import { readTo } from './read-to.ts';

/*
 * Puts a message aside that ends the process which applies it (durability: "One message").
 *
 * 1. Each time it did so is counted in the store, before the process ends. Behind the last time a
 *    `skip` control in the log says that it is passed over.
 * 2. What is counted is the message at this place with this time: a log that was set back has
 *    another one there.
 * 3. Where the store has lost the count, the control in the log restores it.
 */

/** Thrown when an engine failed inside a message: it must not be used any more. */
export class Unapplied extends Error {
  readonly stored: StoredMessage;

  constructor(stored: StoredMessage, cause: unknown) {
    super(`message ${stored.sequence} could not be applied`, { cause });
    this.stored = stored;
  }
}

/** Messages of one partition that are passed over. */
export type PutAside = ReadonlySet<string>;

export async function loadPutAside(world: OwnerWorld, partition: number): Promise<PutAside> {
  const attempts = await world.suspects.attempts(partition);
  return new Set([...attempts].filter(([, count]) => count >= ATTEMPTS_MAX).map(([key]) => key));
}

/** Names a message for good: by its place and its time. */
export function keyOf({
  sequence,
  storedAt,
}: Pick<StoredMessage, 'sequence' | 'storedAt'>): string {
  return `${sequence}.${storedAt}`;
}

/** Counts that a message could not be applied, and puts it aside when it was once too often. */
export async function noteUnapplied(
  world: OwnerWorld,
  partition: number,
  stored: StoredMessage,
): Promise<void> {
  const { sequence, storedAt } = stored;
  try {
    const end = await world.log.lastSequence(eventsStream(partition));
    const isSkipped = await findSkip(world, partition, stored, end);
    const times = isSkipped ? ATTEMPTS_MAX : 1;
    const attempts = await world.suspects.add(partition, keyOf(stored), times);
    world.logger.error('a message cannot be applied', { partition, sequence, attempts });
    if (attempts < ATTEMPTS_MAX || isSkipped) return;
    const { headers, body } = encodeSkip({ sequence, storedAt });
    const { kind: outcome } = await world.log.append(eventsSubject(partition), body, { headers });
    world.logger.error('it is put aside', { partition, sequence, outcome });
  } catch (error) {
    // It counts as a failure that nobody could write down.
    if (!(error instanceof ShoalError)) throw error;
    world.logger.error('a message cannot be applied', { partition, sequence, code: error.code });
  }
}

async function findSkip(
  world: OwnerWorld,
  partition: number,
  stored: StoredMessage,
  end: number,
): Promise<boolean> {
  let isFound = false;
  const { signal } = new AbortController();
  const stretch = { stream: eventsStream(partition), from: stored.sequence + 1, to: end };
  await readTo({ ...world, signal }, stretch, (messages) => {
    for (const { headers, body } of messages) {
      if (headers.get('Sh-K') !== 'c') continue;
      const message = decodeLogMessage(headers, body);
      if (message.kind === 'skip' && keyOf(message) === keyOf(stored)) isFound = true;
    }
    return isFound;
  });
  return isFound;
}
