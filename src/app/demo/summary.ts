import type { CampaignId } from '../../base/id.ts';
import type { Segment } from '../../rules/rule.ts';
import type { Census } from './census.ts';
import type { LetterFigures } from './letter-book.ts';

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
  const live = after.events - before.events;
  return [
    `events     ${number(before.events)} of history, ${number(live)} live`,
    `customers  ${number(after.customers)}`,
    `letters    ${number(letters)}`,
    '',
    ...table([['segment', 'members', 'entered', 'exited'], ...rows]),
  ].join('\n');
}

/** What became of letters, by campaign, as the log tells it. */
export function lettersTable(figures: ReadonlyMap<CampaignId, LetterFigures>): string {
  const rows = [...figures].map(
    ([id, { sent, opened, clicked, bought, unsubscribed, skipped }]) => [
      id,
      ...[sent, opened, clicked, bought, unsubscribed].map(number),
      reasons(skipped),
    ],
  );
  const head = ['letters', 'sent', 'opened', 'clicked', 'bought', 'unsubscribed', 'not sent'];
  return table([head, ...rows]).join('\n');
}

/** The most frequent first. */
function reasons(skipped: ReadonlyMap<string, number>): string {
  const sorted = [...skipped].toSorted(([, a], [, b]) => b - a);
  return sorted.length === 0 ? '0' : sorted.map(([why, n]) => `${number(n)} ${why}`).join(', ');
}

/** Columns of even width: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.map((_, column) => column) ?? [];
  const widths = columns.map((column) => Math.max(...rows.map((row) => width(row, column))));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join(''),
  );
}

function width(row: readonly string[], column: number): number {
  return row[column]?.length ?? 0;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
