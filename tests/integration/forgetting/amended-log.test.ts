import { afterAll, beforeAll, expect, test } from 'vitest';
import { AmendedLog } from '../../../src/roles/owner/erasure/amended-log.ts';
import { Amendments } from '../../../src/roles/owner/erasure/amendments.ts';
import type { Log, StoredMessage } from '../../../src/roles/ports/log.ts';
import { Names } from '../../../src/wire/amended/names.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import { amendedStream, eventsStream } from '../../../src/wire/subject.ts';
import { filesHolding } from '../../support/files.ts';
import { OwnerHouse, track } from '../../support/owner.ts';
import { eventually, RecordingLogger, systemClock } from '../../support/world.ts';

let house: OwnerHouse;
beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

/** A log of batches of these customers, with what stands in the place of what was erased. */
async function logOf(...batches: readonly (readonly string[])[]) {
  const partition = await house.newPartition();
  for (const batch of batches) {
    await house.send(
      partition,
      batch.map((one) => track(one, 'Seen')),
    );
  }
  const logger = new RecordingLogger();
  const amended = new AmendedLog({ log: house.log, clock: systemClock, logger });
  const amendments = new Amendments(house.log, partition);
  const forget = async (name: string, ...sequences: readonly number[]): Promise<void> => {
    for (const one of sequences) {
      expect(await amendments.amend(one, new Names([name]))).toBe('done');
    }
  };
  return { partition, stream: eventsStream(partition), amended, amendments, logger, forget };
}

async function readAll(log: Log, stream: string, from = 1): Promise<StoredMessage[]> {
  const { lastSequence } = await log.state(stream);
  const read: StoredMessage[] = [];
  const onMessages = async (messages: readonly StoredMessage[]): Promise<void> => {
    read.push(...messages);
  };
  const reader = log.read(stream, from, onMessages, (error) => {
    throw error;
  });
  await eventually('the end', () => (read.at(-1)?.sequence ?? 0) >= lastSequence);
  await reader.stop();
  return read;
}

/** `3:ann,bob`: the customers of the message at 3. */
function told({ sequence, headers, body }: StoredMessage): string {
  const message = decodeLogMessage(headers, body);
  const events = message.kind === 'events' ? message.events : [];
  return `${sequence}:${events.map(({ customer }) => customer).join()}`;
}

test('what is left stands in the place of what was erased, wherever that was', async () => {
  const { stream, amended, forget, logger } = await logOf(
    ['ann', 'bob'],
    ['ann'],
    ['bob'],
    ['cleo', 'ann', 'bob'],
    ['ann'],
    ['bob'],
  );
  const before = await readAll(house.log, stream);
  await forget('ann', 1, 2, 4, 5);
  const expected = ['1:bob', '2:', '3:bob', '4:cleo,bob', '5:', '6:bob'];
  const after = await readAll(amended, stream);
  expect(after.map(told)).toEqual(expected);
  expect(after.map(({ storedAt, subject }) => [storedAt, subject])).toEqual(
    before.map(({ storedAt, subject }) => [storedAt, subject]),
  );
  expect(after.map(({ headers }) => headers.get('Sh-G'))).toEqual(
    before.map(({ headers }) => headers.get('Sh-G')),
  );
  expect((await readAll(amended, stream, 4)).map(told)).toEqual(expected.slice(3));
  expect((await readAll(house.log, stream)).map(told)).toEqual(['3:bob', '6:bob']);
  expect(await amended.state(stream)).toMatchObject({
    firstSequence: 1,
    lastSequence: 6,
    firstStoredAt: before[0]?.storedAt,
  });
  expect(told((await amended.at(stream, 4)) as StoredMessage)).toBe('4:cleo,bob');
  expect(logger.messages()).toEqual([]);
});

test('who is taken out later is out of what stands in the place, too', async () => {
  const { stream, partition, amended, amendments, forget } = await logOf(
    ['ann-twice', 'bob-twice', 'cleo'],
    ['cleo'],
  );
  await forget('ann-twice', 1);
  await forget('bob-twice', 1);
  expect((await readAll(amended, stream)).map(told)).toEqual(['1:cleo', '2:cleo']);
  expect(await amendments.amend(1, new Names(['bob-twice']))).toBe('done');
  expect(await amendments.amend(2, new Names(['bob-twice']))).toBe('none');
  expect(await house.readAll(amendedStream(partition))).toHaveLength(1);
  for (const name of ['ann-twice', 'bob-twice']) {
    expect(await filesHolding(house.nats.dataFolder, name)).toEqual([]);
  }
});

test('an interruption behind any step leaves nothing when it is done again', async () => {
  const { stream, partition, amended, amendments } = await logOf(
    ['ann-broken', 'bob-broken', 'cleo'],
    ['cleo'],
  );
  const steps = { left: 0 };
  const broken = brokenAfter(house.log, steps);
  const gone = new Amendments(broken, partition);
  for (const name of ['ann-broken', 'bob-broken']) {
    for (let left = 0; left < 3; left++) {
      steps.left = left;
      await gone.amend(1, new Names([name])).catch(() => undefined);
    }
    const names = new Names([name]);
    for (const message of await house.readAll(amendedStream(partition)))
      await amendments.amendAgain(message, names);
    await amendments.amend(1, names);
    expect(await filesHolding(house.nats.dataFolder, name)).toEqual([]);
  }
  expect((await readAll(amended, stream)).map(told)).toEqual(['1:cleo', '2:cleo']);
});

/** A log that takes so many more writes and then fails. */
function brokenAfter(log: Log, steps: { left: number }): Log {
  const spend = (): void => {
    if (steps.left-- <= 0) throw new Error('interrupted');
  };
  return {
    ...passing(log),
    append: async (...args) => {
      spend();
      return log.append(...args);
    },
    erase: async (...args) => {
      spend();
      return log.erase(...args);
    },
  };
}

function passing(log: Log): Log {
  return {
    ensureStream: (...args) => log.ensureStream(...args),
    append: (...args) => log.append(...args),
    last: (...args) => log.last(...args),
    next: (...args) => log.next(...args),
    read: (...args) => log.read(...args),
    lastSequence: (...args) => log.lastSequence(...args),
    state: (...args) => log.state(...args),
    at: (...args) => log.at(...args),
    trim: (...args) => log.trim(...args),
    erase: (...args) => log.erase(...args),
  };
}

test('what was trimmed is not looked for, and what stood in its place is gone', async () => {
  const { stream, partition, amended, amendments, forget, logger } = await logOf(
    ['ann'],
    ['ann'],
    ['ann'],
    ['bob'],
    ['ann'],
    ['bob'],
  );
  await forget('ann', 1, 2, 3, 5);
  await amended.trim(stream, 3);
  expect(await amended.state(stream)).toMatchObject({ firstSequence: 3, lastSequence: 6 });
  expect((await readAll(amended, stream)).map(told)).toEqual(['3:', '4:bob', '5:', '6:bob']);
  await amended.trim(stream, 6);
  expect(await amended.state(stream)).toMatchObject({ firstSequence: 6, lastSequence: 6 });
  expect((await readAll(amended, stream)).map(told)).toEqual(['6:bob']);
  expect(await amendments.highest()).toBe(5);
  expect(await amendments.find(5)).toBeUndefined();
  expect(await house.log.lastSequence(amendedStream(partition))).toBeGreaterThan(0);
  expect(logger.messages()).toEqual([]);
});

test('what is missing for no reason is said, and passed over', async () => {
  const { stream, amended, logger } = await logOf(['ann'], ['bob'], ['cleo']);
  await house.log.erase(stream, 2);
  expect((await readAll(amended, stream)).map(told)).toEqual(['1:ann', '3:cleo']);
  expect(logger.lines).toEqual([
    {
      level: 'error',
      message: 'messages of a log are missing',
      fields: { stream, from: 2, messages: 1 },
    },
  ]);
});

test('a hole that comes up while it is read is filled', async () => {
  const { stream, partition, amended, forget } = await logOf(['ann', 'bob'], ['bob']);
  const read: string[] = [];
  const reader = amended.read(
    stream,
    1,
    async (messages) => void read.push(...messages.map(told)),
    (error) => {
      throw error;
    },
  );
  await eventually('the first', () => read.length === 2);
  await Promise.all([
    house.send(partition, [track('ann', 'Seen')]),
    house.send(partition, [track('bob', 'Seen')]),
  ]);
  await forget('ann', 3);
  await house.send(partition, [track('cleo', 'Seen')]);
  await eventually('the last', () => read.at(-1) === '5:cleo');
  await reader.stop();
  expect(read.map((one) => one.split(':')[0])).toEqual(['1', '2', '3', '4', '5']);
});

test('many are filled in in order', async () => {
  const batches = Array.from({ length: 200 }, (_, i) => (i % 50 === 49 ? ['bob'] : ['ann']));
  const { stream, amended, forget } = await logOf(...batches, ['cleo']);
  const theirs = batches.flatMap(([name], i) => (name === 'ann' ? [i + 1] : []));
  await forget('ann', ...theirs);
  const read = await readAll(amended, stream);
  expect(read.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 201 }, (_, i) => i + 1),
  );
  expect(new Set(read.map(told).map((one) => one.split(':')[1]))).toEqual(
    new Set(['', 'bob', 'cleo']),
  );
});
