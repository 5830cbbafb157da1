import { stringify } from 'csv-stringify';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { guardCell } from './cell.ts';

/**
 * Writes a table with a header row, a row at a time, as quickly as it is taken. Every cell is in
 * quotes, so that line ends, blanks and commas in it stay what they are.
 */
export async function writeCsv(
  columns: readonly string[],
  rows: AsyncIterable<readonly string[]>,
  out: Writable,
  end: boolean,
): Promise<void> {
  const lines = stringify({
    header: true,
    columns: [...columns],
    quoted: true,
    quoted_empty: true,
  });
  await pipeline(Readable.from(guarded(rows)), lines, out, { end });
}

async function* guarded(rows: AsyncIterable<readonly string[]>): AsyncGenerator<string[]> {
  for await (const row of rows) yield row.map(guardCell);
}
