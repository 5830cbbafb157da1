import { NEVER } from '../../base/time.ts';
import type { NumberTest } from '../../compile/comparison.ts';
import type { Shape } from '../../compile/condition.ts';
import type { LastingWindow } from '../../compile/window.ts';
import type { Single } from './behaviour.ts';
import type { Cells } from './cells.ts';
import { addToSum, sumAt } from './exact-sum.ts';

/*
 * Measures over a window that time does not move: numbers are enough. Cells of `totals`: how many,
 * then the sum (two) or the extreme; of `set`: the numbers of the values.
 */

const COUNT = 0;
const SUM = 1;
const EXTREME = 1;

export function totals(shape: Extract<Shape, { kind: 'totals' }>): Single {
  const { covers } = shape.window;
  if (shape.of === 'count') {
    return {
      take: (cells, { at, contribution }) => {
        if (!covers(at)) return false;
        if (cells.length === 0) cells.lengthen(1);
        cells.add(COUNT, contribution.count);
        return true;
      },
      join: (cells, from) => {
        if (cells.length === 0) cells.lengthen(1);
        cells.add(COUNT, from[COUNT] ?? 0);
      },
      holds: (cells) => shape.test(countOf(cells)),
      nextAt: () => NEVER,
      kept: (cells) => ({ of: 'count', count: countOf(cells), isAtLeast: false }),
    };
  }
  return shape.of === 'sum' || shape.of === 'average' ? sums(shape) : extreme(shape);
}

function countOf(cells: Cells): number {
  return cells.length === 0 ? 0 : cells.get(COUNT);
}

type AmountTotals = Exclude<Extract<Shape, { kind: 'totals' }>, { of: 'count' }>;

function sums({ window, of, test }: AmountTotals): Single {
  return {
    take: (cells, { at, contribution }, part) => {
      if (!window.covers(at) || contribution.amounts.length === 0) return false;
      if (cells.length === 0) cells.lengthen(3);
      cells.add(COUNT, contribution.amounts.length);
      for (const amount of contribution.amounts) {
        addToSum(cells, SUM, part === 'minus' ? -amount : amount);
      }
      return true;
    },
    join: (cells, from) => {
      if (cells.length === 0) cells.lengthen(3);
      cells.add(COUNT, from[COUNT] ?? 0);
      addToSum(cells, SUM, from[SUM] ?? 0);
      cells.add(SUM + 1, from[SUM + 1] ?? 0);
    },
    holds: (cells) => {
      if (cells.length === 0) return of === 'sum' && test(0, 1);
      return test(sumAt(cells, SUM), of === 'average' ? cells.get(COUNT) : 1);
    },
    nextAt: () => NEVER,
    kept: (cells) => {
      const sum = cells.length === 0 ? 0 : sumAt(cells, SUM);
      return { of: 'sum', sum, count: countOf(cells) };
    },
  };
}

function extreme({ window, of, test }: AmountTotals): Single {
  const pick = of === 'max' ? Math.max : Math.min;
  const keep = (cells: Cells, found: number): void => {
    if (cells.length === 0) {
      cells.lengthen(2);
      cells.set(EXTREME, found);
    }
    cells.set(EXTREME, pick(cells.get(EXTREME), found));
  };
  return {
    take: (cells, { at, contribution }) => {
      if (!window.covers(at) || contribution.amounts.length === 0) return false;
      keep(
        cells,
        contribution.amounts.reduce((a, b) => pick(a, b)),
      );
      return true;
    },
    join: (cells, from) => keep(cells, from[EXTREME] ?? 0),
    holds: (cells) => cells.length > 0 && test(cells.get(EXTREME), 1),
    nextAt: () => NEVER,
    kept: (cells) => {
      return { of: 'extreme', extreme: cells.length === 0 ? undefined : cells.get(EXTREME) };
    },
  };
}

/** More values than `keep` cannot change the answer, so no more are kept. */
export function set(window: LastingWindow, keep: number, test: NumberTest): Single {
  return {
    take: (cells, { at, contribution, numberOf }) => {
      if (!window.covers(at)) return false;
      const before = cells.length;
      for (const text of contribution.values) {
        if (cells.length >= keep) break;
        const value = numberOf(text);
        let at = 0;
        while (at < cells.length && cells.get(at) !== value) at++;
        if (at === cells.length) cells.push(value);
      }
      return cells.length > before;
    },
    join: (cells, from) => {
      const known = new Set<number>();
      for (let i = 0; i < cells.length; i++) known.add(cells.get(i));
      for (const value of from) if (cells.length < keep && !known.has(value)) cells.push(value);
    },
    valuesIn: { from: 0, width: 1 },
    holds: (cells) => test(cells.length),
    nextAt: () => NEVER,
    kept: (cells) => ({ of: 'distinct', count: cells.length, isAtLeast: cells.length === keep }),
  };
}
