import type { DateTest, DateValue } from '../../compile/date.ts';
import type { Single } from './behaviour.ts';
import type { Cells } from './cells.ts';

/**
 * A date that an attribute holds. Cells: its year, month, day, and the instant at which it begins.
 */
export function date(test: DateTest): Single {
  return {
    take: () => false,
    // It follows from the attributes.
    join: () => undefined,
    holds: (cells, now) => cells.length > 0 && test.holds(dateIn(cells), now),
    nextAt: (cells, now) => test.nextAt(dateIn(cells), now),
    kept: (cells) => ({ of: 'date', date: cells.length === 0 ? undefined : dateIn(cells) }),
  };
}

export function keepDate(cells: Cells, { year, month, day, at }: DateValue): void {
  if (cells.length === 0) cells.lengthen(4);
  for (const [index, value] of [year, month, day, at].entries()) cells.set(index, value);
}

function dateIn(cells: Cells): DateValue {
  return { year: cells.get(0), month: cells.get(1), day: cells.get(2), at: cells.get(3) };
}
