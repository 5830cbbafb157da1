import { formatInstant } from '../../base/time.ts';
import type { FieldSeen, FieldsSeen, Seen } from '../../wire/seen/seen.ts';

/** Longer ones push the columns behind them aside. */
const WIDTH_MAX = 40;

/** A line for each name of an event. */
export function eventLines({ events, otherEvents }: Seen): string[] {
  if (events.length === 0) return ['no event has come yet'];
  const rows = events.map(({ name, count, lastAt }) => [
    JSON.stringify(name).slice(1, -1),
    String(count),
    formatInstant(lastAt),
  ]);
  const lines = table([['event', 'count', 'last seen'], ...rows]);
  return otherEvents === 0 ? lines : [...lines, `${otherEvents} under other names`];
}

/** A line for each field. */
export function fieldLines({ looked, fields, other }: FieldsSeen): string[] {
  const rows = fields.map((field) => [
    JSON.stringify(field.path).slice(1, -1),
    Object.keys(field.kinds).join('|'),
    `${Math.round((100 * field.count) / Math.max(1, looked))} %`,
    examplesOf(field),
  ]);
  const lines = table([['field', 'type', 'in', 'examples'], ...rows]);
  const sample = `of ${looked} events that were looked at`;
  return [...lines, other === 0 ? sample : `${sample}; ${other} values in other fields`];
}

/** As JSON, so that what anybody sent cannot write to the terminal as it likes. */
function examplesOf({ examples }: FieldSeen): string {
  return examples.map(({ value }) => JSON.stringify(value)).join(', ');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.min(WIDTH_MAX, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
