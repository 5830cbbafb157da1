import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compileNumberTest,
  countThatDecides,
  countsThatTurn,
} from '../../src/compile/comparison.ts';
import type { Comparison } from '../../src/rules/rule.ts';

const numbers = fc.oneof(fc.integer({ min: -2, max: 9 }), fc.double({ min: -2, max: 9 }));

const comparisons: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({
    op: fc.constantFrom('atLeast', 'atMost', 'moreThan', 'lessThan', 'equals'),
    value: numbers,
  }),
  fc.tuple(numbers, numbers).map(([a, b]): Comparison => {
    return { op: 'between', low: Math.min(a, b), high: Math.max(a, b) };
  }),
);

test('an answer changes at no other counts than those said', () => {
  fc.assert(
    fc.property(comparisons.filter(hasNumbers), (comparison) => {
      const holds = compileNumberTest(comparison);
      const counts = Array.from({ length: 15 }, (_, i) => i + 1);
      const turns = counts.filter((count) => holds(count) !== holds(count - 1));
      expect(countsThatTurn(comparison)).toEqual(expect.arrayContaining(turns));
      expect(countThatDecides(comparison)).toBeGreaterThanOrEqual(Math.max(1, ...turns));
    }),
  );
});

function hasNumbers(comparison: Comparison): boolean {
  const { op } = comparison;
  const ends = op === 'between' ? [comparison.low, comparison.high] : [comparison.value];
  return ends.every(Number.isFinite);
}

test.each<[Comparison, number[]]>([
  [{ op: 'atLeast', value: 3 }, [3]],
  [{ op: 'lessThan', value: 3 }, [3]],
  [{ op: 'atMost', value: 3 }, [4]],
  [{ op: 'moreThan', value: 3 }, [4]],
  [{ op: 'equals', value: 3 }, [3, 4]],
  [{ op: 'between', low: 2, high: 5 }, [2, 6]],
  [{ op: 'atLeast', value: 0 }, [1]],
  [{ op: 'equals', value: 0 }, [1]],
])('%j', (comparison, turns) => {
  expect(countsThatTurn(comparison)).toEqual(turns);
});
