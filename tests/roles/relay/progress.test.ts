import { expect, test } from 'vitest';
import { Progress, type Piece } from '../../../src/roles/relay/progress.ts';

const place = (sequence: number, number: number) => ({
  sequence,
  number,
  carried: number,
});
const NOTHING_FOUND: ReadonlyMap<number, number> = new Map();

function deal(piece: Piece, handed: number): void {
  piece.arrived();
  piece.end(handed);
}

test('a place counts when all triggers up to it are stored, and its parcels have arrived', () => {
  const places = [place(0, 0), place(0, 0)];
  const progress = new Progress({ scanned: 10, places }, NOTHING_FOUND);
  const first = progress.begin(0, place(1, 5), 10);
  const other = progress.begin(1, place(1, 2), 13);
  for (const piece of [first, other]) piece.arrived();
  first.end(15);
  other.end(17);
  const second = progress.begin(0, place(2, 9), 17);
  expect(progress.bookmark(14)).toEqual({ scanned: 10, places });
  // The other partition's triggers lie among the first's: what is scanned stops before them.
  expect(progress.bookmark(15)).toEqual({ scanned: 13, places: [place(1, 5), place(0, 0)] });
  expect(progress.bookmark(17)).toEqual({ scanned: 17, places: [place(1, 5), place(1, 2)] });
  second.end(21);
  expect(progress.bookmark(21)).toEqual({ scanned: 17, places: [place(1, 5), place(1, 2)] });
  second.arrived();
  expect(progress.bookmark(20)).toEqual({ scanned: 17, places: [place(1, 5), place(1, 2)] });
  expect(progress.bookmark(21)).toEqual({ scanned: 21, places: [place(2, 9), place(1, 2)] });
});

test('what an earlier relay has published is looked at again until it has been met', () => {
  const found = new Map([[1, 7]]);
  const places = [place(3, 30), place(4, 5)];
  const progress = new Progress({ scanned: 10, places }, found);
  expect(progress.bookmark(20).scanned).toBe(10);
  deal(progress.begin(1, place(5, 6), 20), 20);
  expect(progress.bookmark(20).scanned).toBe(10);
  deal(progress.begin(1, place(6, 8), 20), 21);
  expect(progress.bookmark(20).scanned).toBe(10);
  expect(progress.bookmark(21).scanned).toBe(21);
});
