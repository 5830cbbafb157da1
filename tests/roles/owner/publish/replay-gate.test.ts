import { describe, expect, test } from 'vitest';
import type { Output } from '../../../../src/engine/numbering.ts';
import { ReplayGate } from '../../../../src/roles/owner/publish/replay-gate.ts';

function outputs(...numbers: readonly number[]): Output[] {
  return numbers.map((n) => ({
    n,
    chain: `chain-${n}`,
    effect: { kind: 'entry', at: 0, customer: 'ann', why: 'event', segment: 'vip' },
  }));
}

const DIVERGED = expect.objectContaining({ code: 'diverged', remedy: 'stop' });

describe('what has been published', () => {
  test('is held back, the rest passes (1)', () => {
    const gate = new ReplayGate(0, 5, 'chain-5');
    expect(gate.pass(outputs(1, 2, 3))).toEqual([]);
    expect(gate.pass(outputs(4, 5, 6, 7)).map(({ n }) => n)).toEqual([6, 7]);
    expect(gate.pass(outputs(8)).map(({ n }) => n)).toEqual([8]);
  });

  test('must have had the same chain (2)', () => {
    const gate = new ReplayGate(0, 5, 'another');
    expect(gate.pass(outputs(4))).toEqual([]);
    expect(() => gate.pass(outputs(5, 6))).toThrow(DIVERGED);
  });

  test('must come up again before the partition goes on', () => {
    const gate = new ReplayGate(0, 5, 'chain-5');
    expect(() => gate.checkReached(4)).toThrow(DIVERGED);
    expect(() => gate.checkReached(5)).not.toThrow();
    expect(() => gate.checkReached(6)).not.toThrow();
  });

  test('is nothing at the beginning', () => {
    const gate = new ReplayGate(0, 0, '0'.repeat(16));
    expect(gate.pass(outputs(1, 2))).toHaveLength(2);
    expect(() => gate.check(0, 'whatever')).not.toThrow();
  });
});
