import { expect, test } from 'vitest';
import { Partition } from '../../../../src/engine/partition.ts';
import type { Output } from '../../../../src/engine/numbering.ts';
import { ResumeGate } from '../../../../src/roles/owner/publish/resume-gate.ts';

const TOLD = { n: 40, chain: 'ab'.repeat(8), source: 7, sourceAt: 700, sourceItems: 2 };

function engine(): Partition {
  const dedup = { dedupWindowMs: 1, dedupIdsMax: 1 };
  return new Partition({ clock: 'broker', graceMs: 0, ...dedup, partitions: 1 });
}

/** As an engine numbers them that knows nothing of what has been told. */
function outputs(...customers: readonly string[]): Output[] {
  return customers.map((customer, i) => ({
    n: i + 1,
    chain: `chain-${i}`,
    effect: { kind: 'entry', at: 0, customer, why: 'event', segment: 'vip' },
  }));
}

function at(sequence: number): { sequence: number; storedAt: number } {
  return { sequence, storedAt: sequence * 100 };
}

function brief(passed: readonly Output[]): string[] {
  return passed.map(({ n, effect }) => `${n} ${effect.customer}`);
}

function gateOn(partition: Partition): ResumeGate {
  return new ResumeGate(partition, TOLD, ({ sequence }) => sequence <= TOLD.source);
}

test('what was told is dropped, and numbers go on behind it (1)', () => {
  const partition = engine();
  const gate = gateOn(partition);
  expect([partition.n, partition.chain]).toEqual([40, TOLD.chain]);
  expect(gate.pass(outputs('ann', 'bob'), at(6))).toEqual([]);
  expect([partition.n, partition.chain, gate.isHolding]).toEqual([40, TOLD.chain, true]);
  expect(gate.pass(outputs('ann', 'bob'), at(7))).toEqual([]);
  expect(gate.isHolding).toBe(true);
  expect(gate.pass([], at(8))).toEqual([]);
  expect(gate.isHolding).toBe(false);
});

test('the rest of a message that was told of in part is told (2)', () => {
  const partition = engine();
  const gate = gateOn(partition);
  expect(brief(gate.pass(outputs('ann', 'bob', 'cem', 'dan'), at(7)))).toEqual([
    '41 cem',
    '42 dan',
  ]);
  expect([partition.n, gate.isHolding]).toEqual([42, false]);
});

test('a message may put out in several parts, all of which count (2)', () => {
  const gate = gateOn(engine());
  expect(gate.pass(outputs('ann'), at(7))).toEqual([]);
  expect(brief(gate.pass(outputs('bob', 'cem'), at(7)))).toEqual(['41 cem']);
});

test('another message under the number of the one that was told is no part of it', () => {
  const gate = new ResumeGate(engine(), TOLD, ({ storedAt }) => storedAt <= TOLD.sourceAt);
  expect(gate.pass(outputs('ann', 'bob', 'cem'), { sequence: 7, storedAt: 650 })).toEqual([]);
  const passed = outputs('dan');
  expect(gate.pass(passed, { sequence: 8, storedAt: 900 })).toBe(passed);
});
