import { expect, test } from 'vitest';
import { Cells } from '../../src/engine/series/cells.ts';

test('a series that grows twice keeps what it holds, wherever it lay', () => {
  const page = Float64Array.from({ length: 16 }, (_, i) => i);
  const cells = new Cells();
  cells.open(page, 4, 4, 4);
  cells.push(100);
  cells.insert(1, 4);
  for (let i = 1; i < 5; i++) cells.set(i, -i);
  cells.lengthen(70);
  expect(Array.from({ length: 9 }, (_, i) => cells.get(i))).toEqual([
    4, -1, -2, -3, -4, 5, 6, 7, 100,
  ]);
  expect([cells.get(69), cells.length, cells.capacity]).toEqual([0, 70, 128]);
  const larger = new Float64Array(128);
  cells.moveTo(larger, 0, 128);
  expect(Array.from(larger.subarray(0, 10))).toEqual([4, -1, -2, -3, -4, 5, 6, 7, 100, 0]);
});

test('behind a long series a short one moves no further than it must', () => {
  const cells = new Cells();
  cells.openEmpty();
  cells.lengthen(1 << 16);
  const made: number[] = [];
  const { Float64Array: Real } = globalThis;
  globalThis.Float64Array = new Proxy(Real, {
    construct: (target, args: [number]) => {
      made.push(args[0]);
      return new target(...args);
    },
  });
  try {
    for (let series = 0; series < 3; series++) {
      cells.openEmpty();
      cells.lengthen(4);
      cells.insert(4, 2);
      expect(cells.hasMoved).toBe(true);
    }
  } finally {
    globalThis.Float64Array = Real;
  }
  expect(made).toEqual([]);
});
