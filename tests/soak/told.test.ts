import { expect, test } from 'vitest';
import type { Effect } from '../../src/engine/effect.ts';
import { Numbering } from '../../src/engine/numbering.ts';
import { encodeRecord } from '../../src/wire/transition-record.ts';
import { Told } from './told.ts';

/* That a soak finds nothing says something only if it would find it. */

function entry(customer: string): Effect {
  return { kind: 'entry', at: 1_000, customer, why: 'event', segment: 'vip' };
}

const [ANN, BOB, CEM] = [entry('ann'), entry('bob'), entry('cem')];

/** A partition that tells of ann, bob and cem, a record each, as a stream would hold it. */
function stored(): ReturnType<typeof message>[] {
  const numbering = new Numbering(0, '0'.repeat(16));
  return [ANN, BOB, CEM].map((item, i) => {
    const { chain } = numbering.take(item);
    return message(i + 1, i + 1, item, chain);
  });
}

function message(sequence: number, n: number, item: Effect, chain: string) {
  const source = { source: sequence, sourceAt: 1_000, sourceItems: 1 };
  const record = { kind: 'batch', epoch: 1, from: n, to: n, items: [item], chain } as const;
  const body = encodeRecord({ ...record, ...source });
  return { subject: '', sequence, storedAt: 1_000, headers: new Map<string, string>(), body };
}

function heard(messages: readonly ReturnType<typeof message>[]): Told {
  const told = new Told();
  for (const one of messages) told.take(one);
  return told;
}

const NO_FAULT = { n: 3, lost: 0, doubled: 0, broken: 0, repeated: 0 };

test('what is whole is found whole', () => {
  const told = heard(stored());
  expect(told).toMatchObject(NO_FAULT);
  expect([...(told.members.get('vip') ?? [])]).toEqual(['ann', 'bob', 'cem']);
});

test('a delivery that comes again is none of the partition’s', () => {
  const [a, b, c] = stored();
  if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
  expect(heard([a, b, a, b, c])).toMatchObject({ ...NO_FAULT, repeated: 2 });
});

test('a record that is missing is lost, and the chain does not hide it', () => {
  const [a, , c] = stored();
  if (a === undefined || c === undefined) throw new Error('there are three');
  expect(heard([a, c])).toMatchObject({ n: 3, lost: 1, broken: 1 });
});

test('a number that is used again is doubled, and so is an entry of a member', () => {
  const [a, b, c] = stored();
  if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
  expect(heard([a, b, { ...b, sequence: 3 }, { ...c, sequence: 4 }])).toMatchObject({
    doubled: 2,
    broken: 1,
  });
});

test('another item under the same number breaks the chain', () => {
  const [a, b, c] = stored();
  if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
  const other = message(2, 2, entry('dan'), new Numbering(0, '1'.repeat(16)).take(BOB).chain);
  expect(heard([a, other, c]).broken).toBe(2);
});
