import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { ShoalError } from '../../base/error.ts';
import { unguardCell } from './cell.ts';

/*
 * Reads tables as other programs write them: a header row, commas, quotes where they are needed,
 * line ends of either kind. One bad line costs no other: a quote that is never closed would make
 * everything behind it one cell.
 */

/** A line of a table: its cells by the names of their columns, those that are missing empty. */
export interface CsvLine {
  /** Where it begins, from 1; the header is a line too. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** What is wrong with a line, and what to do about it. */
export interface Fault {
  readonly what: string;
  readonly hint: string;
}

/** So many lines a record may take: a quoted cell may hold line breaks. */
const RECORD_LINES_MAX = 20;
const RECORD_CHARS_MAX = 64 * 1024;

/**
 * @param lines    without their LF, in arrays as they come
 * @param columns  those that are wanted; others are passed over
 * @param required those without which nothing can be read
 * @throws ShoalError `list-without-header` (refuse-input)
 */
export async function* readCsv(
  lines: AsyncIterable<readonly string[]>,
  { columns, required }: { readonly columns: readonly string[]; readonly required: string[] },
  onFault: (line: number, fault: Fault) => void,
): AsyncGenerator<CsvLine> {
  let places: ReadonlyMap<string, number> | undefined;
  for await (const { line, cells } of records(lines, onFault)) {
    if (places === undefined) {
      places = placesOf(cells, columns, required);
      continue;
    }
    const named = [...places].map(([name, at]) => [name, unguardCell(cells[at] ?? '')]);
    yield { line, cells: { ...emptyCells(columns), ...Object.fromEntries(named) } };
  }
  if (places === undefined) placesOf([], columns, required);
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

async function* records(
  lines: AsyncIterable<readonly string[]>,
  onFault: (line: number, fault: Fault) => void,
): AsyncGenerator<CsvRecord> {
  /** Lines that are read and not yet dealt with; the first is `line`. */
  const open: string[] = [];
  let line = 1;
  function* dealWith(isEnd: boolean): Generator<CsvRecord> {
    while (open.length > 0) {
      const found = firstRecord(open, isEnd);
      if (found === 'more') return;
      if (found === undefined) onFault(line, NO_RECORD);
      else if (found.cells.some((cell) => cell !== '')) yield { line, cells: found.cells };
      const taken = found?.lines ?? 1;
      open.splice(0, taken);
      line += taken;
    }
  }
  for await (const chunk of lines) {
    for (const one of chunk) {
      open.push(one);
      yield* dealWith(false);
    }
  }
  yield* dealWith(true);
}

/** @returns undefined when the first line begins no record; `more` when the next line may tell */
function firstRecord(
  open: readonly string[],
  isEnd: boolean,
): { readonly cells: readonly string[]; readonly lines: number } | 'more' | undefined {
  for (let lines = 1; lines <= open.length; lines++) {
    const text = open.slice(0, lines).join('\n');
    if (text.length > RECORD_CHARS_MAX) return undefined;
    const cells = cellsOf(text, lines === 1);
    if (cells !== undefined) return { cells, lines };
  }
  return isEnd || open.length >= RECORD_LINES_MAX ? undefined : 'more';
}

/**
 * @param isLenient takes a stray quote for a letter. Not over several lines: there a quote that was
 *   forgotten would be closed by one of a later line, and swallow what lies between.
 * @returns undefined when a quoted cell does not end
 */
function cellsOf(text: string, isLenient: boolean): readonly string[] | undefined {
  // What has no quotes has nothing that needs a parser.
  if (!text.includes('"')) return text.replace(/\r$/, '').split(',');
  try {
    const [cells = []]: string[][] = parse(`${text}\n`, {
      record_delimiter: ['\n', '\r\n'],
      relax_column_count: true,
      relax_quotes: isLenient,
    });
    return cells;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

const NO_RECORD: Fault = {
  what: 'a cell begins with a quote and does not end, or the line is too long',
  hint: 'a quote inside of a quoted cell is written twice',
};

function placesOf(
  header: readonly string[],
  columns: readonly string[],
  required: readonly string[],
): ReadonlyMap<string, number> {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new ShoalError({
      code: 'list-without-header',
      remedy: 'refuse-input',
      message: `the first line names no column "${missing.join('", "')}"`,
      where: 'line 1',
      hint: `it should be ${columns.join(',')}`,
    });
  }
  const known = columns.filter((name) => names.includes(name));
  return new Map(known.map((name) => [name, names.indexOf(name)]));
}

function emptyCells(columns: readonly string[]): Record<string, string> {
  return Object.fromEntries(columns.map((name) => [name, '']));
}
