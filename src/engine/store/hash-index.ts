/*
 * An index from keys that live elsewhere to their row numbers, by open addressing: 4 bytes a cell.
 *
 * 1. A cell holds row + 1; 0 is free, and TOMBSTONE was freed.
 * 2. At most two thirds of the cells are in use, tombstones included.
 * 3. The index is derived: a restore builds it anew from the rows.
 */

const TOMBSTONE = 0xffff_ffff;

export class HashIndex {
  #cells = new Uint32Array(64);
  #mask = 63;
  #used = 0;
  readonly #hashOf: (row: number) => number;

  /**
   * @param hashOf the hash of a row's key, u32; must stay the same while the row is in the index
   */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  /** @returns the row whose key has this hash and is the same, or undefined */
  find(hash: number, isSame: (row: number) => boolean): number | undefined {
    for (let at = spread(hash) & this.#mask; ; at = (at + 1) & this.#mask) {
      const cell = this.#cells[at] ?? 0;
      if (cell === 0) return undefined;
      if (cell !== TOMBSTONE && isSame(cell - 1)) return cell - 1;
    }
  }

  /** The row must not be in the index. */
  add(row: number): void {
    if (this.#used * 3 >= this.#cells.length * 2) this.#grow();
    this.#put(row);
    this.#used++;
  }

  /** The row must be in the index. */
  remove(row: number): void {
    for (let at = spread(this.#hashOf(row)) & this.#mask; ; at = (at + 1) & this.#mask) {
      if (this.#cells[at] === row + 1) {
        this.#cells[at] = TOMBSTONE;
        return;
      }
    }
  }

  bytesUsed(): number {
    return this.#cells.byteLength;
  }

  #put(row: number): void {
    let at = spread(this.#hashOf(row)) & this.#mask;
    while (this.#cells[at] !== 0) at = (at + 1) & this.#mask;
    this.#cells[at] = row + 1;
  }

  #grow(): void {
    const rows = this.#cells.filter((cell) => cell !== 0 && cell !== TOMBSTONE);
    const crowded = rows.length * 3 >= this.#cells.length;
    this.#cells = new Uint32Array(crowded ? this.#cells.length * 2 : this.#cells.length);
    this.#mask = this.#cells.length - 1;
    this.#used = rows.length;
    for (const cell of rows) this.#put(cell - 1);
  }
}

/** Mixes the bits of a hash so that its low ones depend on all (the finaliser of MurmurHash3). */
function spread(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
