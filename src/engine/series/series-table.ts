import { NEVER, type EpochMs } from '../../base/time.ts';
import { Blocks, sizeFor } from '../store/blocks.ts';
import { ByteReader, ByteWriter } from '../store/bytes.ts';
import { Column } from '../store/column.ts';
import { HashIndex } from '../store/hash-index.ts';
import { Cells } from './cells.ts';

/*
 * The rows of all series: what is kept of one condition for one customer.
 *
 * 1. There is at most one row for a condition and a customer; none while nothing is kept.
 * 2. A row has its cells in a block, its truth, and the instant of its timer or NEVER.
 * 3. A removed row is given out again; its number means nothing between the two.
 */

const CELL_PAGE_BITS = 12;
const NO_ROW = 0xffff_ffff;

export class SeriesTable {
  #rows = 0;
  #free: number[] = [];
  #conditions = new Column(Uint32Array);
  #ordinals = new Column(Uint32Array);
  #handles = new Column(Uint32Array);
  #lengths = new Column(Uint32Array);
  /** Bit 0: the truth. The rest: k + 1 of the block's 2^k cells, 0 without a block. */
  #flags = new Column(Uint8Array);
  #dueAts = new Column(Float64Array);
  #blocks = new Blocks(Float64Array, CELL_PAGE_BITS);
  readonly #index = new HashIndex((row) => hashOf(this.condition(row), this.ordinal(row)));
  readonly #cells = new Cells();

  find(condition: number, ordinal: number): number | undefined {
    return this.#index.find(
      hashOf(condition, ordinal),
      (row) => this.#ordinals.get(row) === ordinal && this.#conditions.get(row) === condition,
    );
  }

  /** There must be no such row. */
  add(condition: number, ordinal: number, truth: boolean): number {
    const row = this.#free.pop() ?? this.#rows++;
    this.#conditions.set(row, condition);
    this.#ordinals.set(row, ordinal);
    this.#handles.set(row, 0);
    this.#lengths.set(row, 0);
    this.#flags.set(row, truth ? 1 : 0);
    this.#dueAts.set(row, NEVER);
    this.#index.add(row);
    return row;
  }

  /** Its timer must be disarmed. */
  remove(row: number): void {
    this.#index.remove(row);
    const size = this.#flags.get(row) >>> 1;
    if (size > 0) this.#blocks.free(this.#handles.get(row), size - 1);
    this.#conditions.set(row, NO_ROW);
    this.#free.push(row);
  }

  condition(row: number): number {
    return this.#conditions.get(row);
  }

  ordinal(row: number): number {
    return this.#ordinals.get(row);
  }

  truth(row: number): boolean {
    return (this.#flags.get(row) & 1) === 1;
  }

  setTruth(row: number, truth: boolean): void {
    this.#flags.set(row, (this.#flags.get(row) & ~1) | (truth ? 1 : 0));
  }

  dueAt(row: number): EpochMs {
    return this.#dueAts.get(row);
  }

  /** Only `Timers` calls this: the heaps hang on it. */
  setDueAt(row: number, at: EpochMs): void {
    this.#dueAts.set(row, at);
  }

  /** The cells of a row: one cursor, good until the next call; `store` keeps what was changed. */
  open(row: number): Cells {
    const size = this.#flags.get(row) >>> 1;
    const handle = this.#handles.get(row);
    if (size === 0) this.#cells.openEmpty();
    else {
      const at = this.#blocks.offset(handle);
      this.#cells.open(this.#blocks.page(handle), at, this.#lengths.get(row), 1 << (size - 1));
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
    this.#lengths.set(row, cells.length);
    if (!cells.hasMoved) return;
    const flags = this.#flags.get(row);
    if (flags > 1) this.#blocks.free(this.#handles.get(row), (flags >>> 1) - 1);
    const size = sizeFor(cells.capacity);
    const handle = this.#blocks.allocate(size);
    cells.moveTo(this.#blocks.page(handle), this.#blocks.offset(handle), 1 << size);
    this.#handles.set(row, handle);
    this.#flags.set(row, (flags & 1) | ((size + 1) << 1));
  }

  /** Every row there is, ascending. */
  *rows(): Iterable<number> {
    for (let row = 0; row < this.#rows; row++) {
      if (this.#conditions.get(row) !== NO_ROW) yield row;
    }
  }

  /** Bytes of the cells, and of all else; the timers' heaps are apart. */
  bytesUsed(): { readonly cells: number; readonly rest: number } {
    const columns = [this.#conditions, this.#ordinals, this.#handles, this.#lengths, this.#flags];
    const rest = columns.reduce((sum, column) => sum + column.bytesUsed(), 0);
    return {
      cells: this.#blocks.bytesUsed(),
      rest: rest + this.#dueAts.bytesUsed() + this.#index.bytesUsed(),
    };
  }

  toSections(): Map<string, Uint8Array[]> {
    const head = new ByteWriter();
    head.u32(this.#rows);
    head.u32s(this.#free);
    return new Map([
      ['series.head', [head.finish()]],
      ['series.conditions', this.#conditions.toBytes()],
      ['series.ordinals', this.#ordinals.toBytes()],
      ['series.handles', this.#handles.toBytes()],
      ['series.lengths', this.#lengths.toBytes()],
      ['series.flags', this.#flags.toBytes()],
      ['series.due-ats', this.#dueAts.toBytes()],
      ['series.cells', this.#blocks.toBytes()],
    ]);
  }

  static fromSections(section: (name: string) => Uint8Array): SeriesTable {
    const table = new SeriesTable();
    const head = new ByteReader(section('series.head'));
    table.#rows = head.u32();
    table.#free = head.u32s();
    table.#conditions = Column.fromBytes(Uint32Array, section('series.conditions'));
    table.#ordinals = Column.fromBytes(Uint32Array, section('series.ordinals'));
    table.#handles = Column.fromBytes(Uint32Array, section('series.handles'));
    table.#lengths = Column.fromBytes(Uint32Array, section('series.lengths'));
    table.#flags = Column.fromBytes(Uint8Array, section('series.flags'));
    table.#dueAts = Column.fromBytes(Float64Array, section('series.due-ats'));
    table.#blocks = Blocks.fromBytes(Float64Array, CELL_PAGE_BITS, section('series.cells'));
    for (const row of table.rows()) table.#index.add(row);
    return table;
  }
}

function hashOf(condition: number, ordinal: number): number {
  return (Math.imul(ordinal, 0x9e3779b1) ^ Math.imul(condition + 1, 0x85ebca77)) >>> 0;
}
