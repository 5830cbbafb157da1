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

const FROM = { sequence: 7, storedAt: 0 };

const DIVERGED = expect.objectContaining({ code: 'diverged', remedy: 'stop' });

const held: number[] = [];

function gateOf(n: number, chain: string): ReplayGate {
  held.length = 0;
  return new ReplayGate(0, { n, chain }, (some) => held.push(...some.map((each) => each.n)));
}

describe('what has been published', () => {
  test('is held back, the rest passes (1)', () => {
    const gate = gateOf(5, 'chain-5');
    expect(gate.pass(outputs(1, 2, 3), FROM)).toEqual([]);
    expect(gate.pass(outputs(4, 5, 6, 7), FROM).map(({ n }) => n)).toEqual([6, 7]);
    expect(gate.pass(outputs(8), FROM).map(({ n }) => n)).toEqual([8]);
    expect(held).toEqual([1, 2, 3, 4, 5]);
  });

  test('must have had the same chain (2)', () => {
    const gate = gateOf(5, 'another');
    expect(gate.pass(outputs(4), FROM)).toEqual([]);
    expect(() => gate.pass(outputs(5, 6), FROM)).toThrow(DIVERGED);
  });

  test('must come up again before the partition goes on', () => {
    const gate = gateOf(5, 'chain-5');
    expect(() => gate.checkReached(4)).toThrow(DIVERGED);
    expect(() => gate.checkReached(5)).not.toThrow();
    expect(() => gate.checkReached(6)).not.toThrow();
  });

  test('is nothing at the beginning', () => {
    const gate = gateOf(0, '0'.repeat(16));
    expect(gate.pass(outputs(1, 2), FROM)).toHaveLength(2);
    expect(() => gate.check(0, 'whatever')).not.toThrow();
  });
});
