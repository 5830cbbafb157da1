import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrdinalHeap } from '../../../src/engine/store/ordinal-heap.ts';

type Entry = readonly [at: number, ordinal: number];

test('gives ordinals back by instant, then by ordinal, whatever was taken meanwhile', () => {
  const entry = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.nat({ max: 9 }));
  fc.assert(
    fc.property(fc.array(fc.option(entry), { maxLength: 200 }), (steps) => {
      const heap = new OrdinalHeap();
      let wanted: Entry[] = [];
      for (const step of steps) {
        if (step !== null) {
          heap.add(...step);
          wanted = [...wanted, step].toSorted(([a, m], [b, n]) => a - b || m - n);
        } else if (wanted.length > 0) {
          expect([heap.firstAt, heap.take()]).toEqual(wanted.shift());
        }
        expect(heap.firstAt).toBe(wanted[0]?.[0] ?? Infinity);
      }
    }),
  );
});
