import { NEVER, type EpochMs } from '../../base/time.ts';
import { Blocks, sizeFor } from '../store/blocks.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';
import { Records } from '../store/records.ts';
import { Cells } from './cells.ts';
import { CONDITION, ORDINAL, RowIndex } from './row-index.ts';

/*
 * The rows of all series: what is kept for one customer of one condition, or of some that share it
 * and are called by the first of them.
 *
 * 1. There is at most one row for a condition and a customer; none while nothing is kept.
 * 2. A row is one record: its keys, its truths, its timer and its only cell; two cells or more are
 *    in a block. So a look at a short series reads one line of memory.
 * 3. A removed row is given out again; its number means nothing between the two.
 */

const CELL_PAGE_BITS = 12;
const CELL_BYTES = 8;
const NO_ROW = 0xffff_ffff;

/** The words of a record, beside those of its index. Bit i: whether the i-th condition holds. */
const TRUTHS = 2;
/** Bits 0 to 4: k of the 2^k cells there are. Bit 5: see `DUE`. Then how many are in use. */
const SHAPE = 3;
/** Two words: when its timer is due; with bit 5, from when on nothing that is kept counts. */
const DUE = 4;
/** Two words: the cell, where there is place for one alone; else the first is the block. */
const CELL = 6;
const HANDLE = CELL;
const WORDS = 8;

const SIZE_BITS = 5;
const SIZE_MASK = (1 << SIZE_BITS) - 1;
const DYING = 1 << SIZE_BITS;
const LENGTH_SHIFT = SIZE_BITS + 1;

export class SeriesTable {
  #rows = 0;
  #free: number[] = [];
  /** The row whose turn it is. */
  #turn = 0;
  #records = new Records(WORDS);
  #blocks = new Blocks(Float64Array, CELL_PAGE_BITS);
  #index = new RowIndex(this.#records);
  readonly #cells = new Cells();

  find(condition: number, ordinal: number): number | undefined {
    return this.#index.find(condition, ordinal);
  }

  /** There must be no such row. */
  add(condition: number, ordinal: number, truths: number): number {
    const row = this.#free.pop() ?? this.#rows++;
    this.#records.set(row, CONDITION, condition);
    this.#records.set(row, ORDINAL, ordinal);
    this.#records.set(row, TRUTHS, truths);
    this.#records.set(row, SHAPE, 0);
    this.#records.setFloat(row, DUE, NEVER);
    this.#index.add(row);
    return row;
  }

  /** Its timer must be disarmed. */
  remove(row: number): void {
    this.#index.remove(row);
    const size = this.#sizeOf(row);
    if (size > 0) this.#blocks.free(this.#records.get(row, HANDLE), size);
    this.#records.set(row, CONDITION, NO_ROW);
    this.#free.push(row);
  }

  get count(): number {
    return this.#rows - this.#free.length;
  }

  condition(row: number): number {
    return this.#records.get(row, CONDITION);
  }

  ordinal(row: number): number {
    return this.#records.get(row, ORDINAL);
  }

  /** False for the number of a row that was removed. */
  isThere(row: number): boolean {
    return this.#records.get(row, CONDITION) !== NO_ROW;
  }

  /** Bit i: whether the i-th of its conditions holds. */
  truths(row: number): number {
    return this.#records.get(row, TRUTHS);
  }

  setTruths(row: number, truths: number): void {
    this.#records.set(row, TRUTHS, truths);
  }

  /** When the timer of a row is due, as `Timers` keeps it; NEVER without one. */
  dueAt(row: number): EpochMs {
    return this.#isDying(row) ? NEVER : this.#records.getFloat(row, DUE);
  }

  setDueAt(row: number, at: EpochMs): void {
    this.#records.set(row, SHAPE, this.#records.get(row, SHAPE) & ~DYING);
    this.#records.setFloat(row, DUE, at);
  }

  /** Says of a row without a timer from when on nothing of it counts. */
  setDeadFrom(row: number, at: EpochMs): void {
    this.#records.set(row, SHAPE, this.#records.get(row, SHAPE) | DYING);
    this.#records.setFloat(row, DUE, at);
  }

  isDead(row: number, now: EpochMs): boolean {
    return this.#isDying(row) && this.#records.getFloat(row, DUE) <= now;
  }

  #isDying(row: number): boolean {
    return (this.#records.get(row, SHAPE) & DYING) !== 0;
  }

  /** The cells of a row: one cursor, good until the next call; `store` keeps what was changed. */
  open(row: number): Cells {
    const shape = this.#records.get(row, SHAPE);
    const length = shape >>> LENGTH_SHIFT;
    const size = shape & SIZE_MASK;
    if (size === 0) {
      this.#cells.open(this.#records.floats(row), this.#records.floatAt(row, CELL), length, 1);
    } else {
      const handle = this.#records.get(row, HANDLE);
      const at = this.#blocks.offset(handle);
      this.#cells.open(this.#blocks.page(handle), at, length, 1 << size);
    }
    return this.#cells;
  }

  /** The cells of a row that is not there yet. */
  openNone(): Cells {
    this.#cells.openEmpty();
    return this.#cells;
  }

  /** Keeps the opened cells as those of a row: in place, or in a larger block when they grew. */
  store(row: number, cells: Cells): void {
    const shape = this.#records.get(row, SHAPE);
    let size = shape & SIZE_MASK;
    if (cells.hasMoved) {
      if (size > 0) this.#blocks.free(this.#records.get(row, HANDLE), size);
      size = sizeFor(cells.capacity);
      this.#move(row, size, cells);
    }
    this.#records.set(row, SHAPE, (cells.length << LENGTH_SHIFT) | (shape & DYING) | size);
  }

  #move(row: number, size: number, cells: Cells): void {
    if (size === 0) {
      cells.moveTo(this.#records.floats(row), this.#records.floatAt(row, CELL), 1);
      return;
    }
    const handle = this.#blocks.allocate(size);
    cells.moveTo(this.#blocks.page(handle), this.#blocks.offset(handle), 1 << size);
    this.#records.set(row, HANDLE, handle);
  }

  #sizeOf(row: number): number {
    return this.#records.get(row, SHAPE) & SIZE_MASK;
  }

  #lengthOf(row: number): number {
    return this.#records.get(row, SHAPE) >>> LENGTH_SHIFT;
  }

  /** One row after another, for ever; undefined where there is none. */
  nextInTurn(): number | undefined {
    const row = this.#turn;
    this.#turn = row + 1 < this.#rows ? row + 1 : 0;
    return row < this.#rows && this.isThere(row) ? row : undefined;
  }

  /** Every row there is, ascending. */
  *rows(): Iterable<number> {
    for (let row = 0; row < this.#rows; row++) if (this.isThere(row)) yield row;
  }

  /** Bytes of the cells in use, of all cells, and of all else; the timers' heaps are apart. */
  bytesUsed(): { readonly kept: number; readonly cells: number; readonly rest: number } {
    let kept = 0;
    for (const row of this.rows()) kept += this.#lengthOf(row) * CELL_BYTES;
    const inRecords = (this.#records.bytesUsed() * 2) / WORDS;
    const cells = this.#blocks.bytesUsed() + inRecords;
    const rest = this.#records.bytesUsed() - inRecords + this.#index.bytesUsed();
    return { kept, cells, rest };
  }

  toSections(): Sections {
    const head = new ByteWriter();
    head.u32(this.#rows);
    head.u32(this.#turn);
    head.u32s(this.#free);
    return new Map<string, Iterable<Uint8Array>>([
      ['series.head', [head.finish()]],
      ['series.records', this.#records.toBytes()],
      ['series.cells', this.#blocks.toBytes()],
    ]);
  }

  static fromSections(section: (name: string) => Uint8Array): SeriesTable {
    const table = new SeriesTable();
    const head = new ByteReader(section('series.head'));
    table.#rows = head.u32();
    table.#turn = head.u32();
    table.#free = head.u32s();
    table.#records = Records.fromBytes(WORDS, section('series.records'));
    table.#blocks = Blocks.fromBytes(Float64Array, CELL_PAGE_BITS, section('series.cells'));
    table.#index = new RowIndex(table.#records);
    table.#index.build(table.rows(), table.count);
    return table;
  }
}
