import type { EpochMs } from '../../base/time.ts';
import { readCsv, type Fault } from './csv-reader.ts';

/** A list that is kept as a table: what its rows mean, and how they are stored. */
export interface List<Row> {
  readonly columns: readonly string[];
  readonly required: string[];
  /** @param now what a row without an instant gets */
  read(cells: Readonly<Record<string, string>>, now: EpochMs): Row | Fault;
  write(row: Row): readonly string[];
}

export interface Imported {
  readonly stored: number;
  readonly refused: number;
}

/** So many rows are under way to the store at once. */
const ROWS_AT_ONCE = 200;

/**
 * Stores every row that can be read. Reading the same list again changes nothing more.
 *
 * @throws ShoalError `list-without-header` (refuse-input), and what `store` throws: then a part of
 *   the list may be stored
 */
export async function importList<Row extends object>(
  list: List<Row>,
  lines: AsyncIterable<readonly string[]>,
  world: {
    readonly now: EpochMs;
    readonly store: (row: Row) => Promise<void>;
    readonly onFault: (line: number, fault: Fault) => void;
  },
): Promise<Imported> {
  const { now, store } = world;
  let [stored, refused] = [0, 0];
  const onFault = (line: number, fault: Fault): void => {
    refused += 1;
    world.onFault(line, fault);
  };
  let batch: Row[] = [];
  const settle = async (): Promise<void> => {
    await Promise.all(batch.map(store));
    stored += batch.length;
    batch = [];
  };
  for await (const { line, cells } of readCsv(lines, list, onFault)) {
    const row = list.read(cells, now);
    if ('what' in row) onFault(line, row);
    else if (batch.push(row) >= ROWS_AT_ONCE) await settle();
  }
  await settle();
  return { stored, refused };
}

/** Rows for writing. */
export async function* rowsOf<Row>(
  list: List<Row>,
  rows: AsyncIterable<Row>,
): AsyncGenerator<readonly string[]> {
  for await (const row of rows) yield list.write(row);
}
