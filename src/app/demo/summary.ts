import type { Segment } from '../../rules/rule.ts';
import type { Census } from './census.ts';

/** What a demo ends with, as people read it. */
export function summary(
  segments: readonly Segment[],
  before: Census,
  after: Census,
  letters: number,
): string {
  const rows = segments.map(({ id }) => {
    const [was, is] = [before.counts.get(id), after.counts.get(id)];
    const entered = (is?.entered ?? 0) - (was?.entered ?? 0);
    const exited = (is?.exited ?? 0) - (was?.exited ?? 0);
    return [id, number(is?.members ?? 0), number(entered), number(exited)];
  });
  const table = [['segment', 'members', 'entered', 'exited'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => width(row, column))));
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join(''),
  );
  const live = after.events - before.events;
  return [
    `events     ${number(before.events)} of history, ${number(live)} live`,
    `customers  ${number(after.customers)}`,
    `letters    ${number(letters)}`,
    '',
    ...lines,
  ].join('\n');
}

function width(row: readonly string[], column: number): number {
  return row[column]?.length ?? 0;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
