import { expect, test } from 'vitest';
import { readTo } from '../../../../src/roles/owner/apply/read-to.ts';
import type { Log, StoredMessage } from '../../../../src/roles/ports/log.ts';
import { RecordingLogger, systemClock } from '../../../support/world.ts';

function messageAt(sequence: number): StoredMessage {
  const body = Uint8Array.of();
  return { subject: 's', sequence, storedAt: sequence, headers: new Map(), body };
}

/** A stream that holds these, and gives what it has of them when somebody begins to read. */
function logOf(sequences: readonly number[], lastSequence: number) {
  const messages = sequences.map(messageAt);
  const log: Pick<Log, 'read' | 'state' | 'next'> = {
    state: async () => {
      const firstSequence = sequences[0] ?? lastSequence + 1;
      return { createdAt: '', firstSequence, lastSequence, firstStoredAt: 0, bytes: 0 };
    },
    next: async (_, from) => messages.find(({ sequence }) => sequence >= from),
    read: (_, from, onMessages, onFailure, { onBegin } = {}) => {
      const given = messages.filter(({ sequence }) => sequence >= from);
      const begun = onBegin?.() ?? Promise.resolve();
      begun
        .then(() => (given.length > 0 ? onMessages(given, 0) : undefined))
        .catch((error: unknown) => onFailure(error));
      return { stop: async () => undefined };
    },
  };
  return log;
}

async function read(log: ReturnType<typeof logOf>, from: number, to: number): Promise<number[]> {
  const place = { log, clock: systemClock, logger: new RecordingLogger() };
  const found: number[] = [];
  const { signal } = new AbortController();
  await readTo({ ...place, signal }, { stream: 'events', from, to }, (messages) => {
    found.push(...messages.map(({ sequence }) => sequence));
    return false;
  });
  return found;
}

test('all of the stretch is read', async () => {
  expect(await read(logOf([1, 2, 3, 4], 4), 2, 4)).toEqual([2, 3, 4]);
  expect(await read(logOf([1, 2], 2), 3, 2)).toEqual([]);
});

test('what was erased or trimmed is not waited for', async () => {
  expect(await read(logOf([1, 2], 4), 2, 4)).toEqual([2]);
  expect(await read(logOf([1], 4), 2, 4)).toEqual([]);
  expect(await read(logOf([9], 9), 2, 4)).toEqual([9]);
});

test('what was lost is told', async () => {
  await expect(read(logOf([1, 2], 2), 1, 4)).rejects.toMatchObject({
    code: 'log-changed',
    remedy: 'retry',
    where: 'events',
  });
});
