/*
 * An index from keys that live elsewhere to their row numbers, by open addressing: 4 bytes a cell.
 *
 * 1. A cell holds row + 1, or 0.
 * 2. At most two thirds of the cells are in use.
 * 3. From the place that a key's hash tells to its cell no cell is free.
 * 4. The index is derived: a restore builds it anew from the rows.
 */

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
      if (isSame(cell - 1)) return cell - 1;
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
    const mask = this.#mask;
    let hole = this.#placeOf(row);
    while (this.#cells[hole] !== row + 1) hole = (hole + 1) & mask;
    // What stands behind it and belongs at the hole or before it moves up (invariant 3).
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const cell = this.#cells[at] ?? 0;
      if (cell === 0) break;
      const fromHome = (at - this.#placeOf(cell - 1)) & mask;
      if (fromHome < ((at - hole) & mask)) continue;
      this.#cells[hole] = cell;
      hole = at;
    }
    this.#cells[hole] = 0;
    this.#used--;
  }

  bytesUsed(): number {
    return this.#cells.byteLength;
  }

  #placeOf(row: number): number {
    return spread(this.#hashOf(row)) & this.#mask;
  }

  #put(row: number): void {
    let at = this.#placeOf(row);
    while (this.#cells[at] !== 0) at = (at + 1) & this.#mask;
    this.#cells[at] = row + 1;
  }

  #grow(): void {
    const cells = this.#cells;
    this.#cells = new Uint32Array(cells.length * 2);
    this.#mask = this.#cells.length - 1;
    for (const cell of cells) if (cell !== 0) this.#put(cell - 1);
  }
}

/** Mixes the bits of a hash so that its low ones depend on all (the finaliser of MurmurHash3). */
function spread(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
