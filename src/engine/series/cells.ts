/*
 * A cursor over the cells of one series, used again for each: reading and changing a series makes
 * no objects. Cells that outgrow their block move to a buffer until the table has a larger block.
 */

const NOWHERE = new Float64Array(0);

export class Cells {
  #page: Float64Array = NOWHERE;
  #at = 0;
  #length = 0;
  #capacity = 0;
  #hasMoved = false;
  /** Where cells are that have moved; a new one for each would cost more than they do. */
  #buffer = new Float64Array(64);

  get length(): number {
    return this.#length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** True when the cells no longer lie in the block that they were opened in. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  openEmpty(): void {
    this.open(NOWHERE, 0, 0, 0);
  }

  open(page: Float64Array, at: number, length: number, capacity: number): void {
    this.#page = page;
    this.#at = at;
    this.#length = length;
    this.#capacity = capacity;
    this.#hasMoved = false;
  }

  moveTo(page: Float64Array, at: number, capacity: number): void {
    this.#copyTo(page, at);
    this.open(page, at, this.#length, capacity);
  }

  /** By hand: most series have a few cells, and `subarray` costs more than they do. */
  #copyTo(page: Float64Array, at: number): void {
    for (let i = 0; i < this.#length; i++) page[at + i] = this.get(i);
  }

  get(index: number): number {
    return this.#page[this.#at + index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#page[this.#at + index] = value;
  }

  add(index: number, value: number): void {
    this.set(index, this.get(index) + value);
  }

  /** Makes room for `count` cells before `index`; what they hold is not said. */
  insert(index: number, count: number): void {
    this.#reserve(this.#length + count);
    const from = this.#at + index;
    if (index < this.#length) {
      this.#page.copyWithin(from + count, from, this.#at + this.#length);
    }
    this.#length += count;
  }

  push(value: number): void {
    this.#reserve(this.#length + 1);
    this.set(this.#length++, value);
  }

  /** Takes out `count` cells from `index` on. */
  remove(index: number, count: number): void {
    const from = this.#at + index;
    this.#page.copyWithin(from, from + count, this.#at + this.#length);
    this.#length -= count;
  }

  /** New cells are 0. */
  lengthen(length: number): void {
    this.#reserve(length);
    while (this.#length < length) this.set(this.#length++, 0);
  }

  #reserve(length: number): void {
    if (length <= this.#capacity) return;
    let capacity = Math.max(1, this.#capacity);
    while (capacity < length) capacity *= 2;
    // What has moved once lies at the beginning of the buffer.
    if (capacity > this.#buffer.length) {
      const grown = new Float64Array(capacity);
      this.#copyTo(grown, 0);
      this.#buffer = grown;
    } else if (!this.#hasMoved) this.#copyTo(this.#buffer, 0);
    this.#page = this.#buffer;
    this.#at = 0;
    this.#capacity = capacity;
    this.#hasMoved = true;
  }
}
