import type { PlannedCondition } from '../../compile/condition.ts';
import { Bitmap } from '../store/bitmap.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';

/*
 * For whom each condition holds, as a bitmap of those for whom it does not hold as it does for
 * nothing: a condition like `atMost: 2` holds for every new customer at no cost.
 */
export class Truths {
  /** Per condition. */
  readonly #forNothing: Uint8Array;
  readonly #exceptions: (Bitmap | undefined)[];

  constructor(conditions: readonly PlannedCondition[]) {
    this.#forNothing = Uint8Array.from(conditions, (one) => (one.holdsForNothing ? 1 : 0));
    // Filled at once: an array that is filled from anywhere is kept as a slow table.
    this.#exceptions = conditions.map(() => undefined);
  }

  holds(condition: number, ordinal: number): boolean {
    const isException = this.#exceptions[condition]?.has(ordinal) === true;
    return isException !== this.#holdsForNothing(condition);
  }

  /** @returns false when it was so already */
  set(condition: number, ordinal: number, truth: boolean): boolean {
    const known = this.#exceptions[condition];
    if (truth === this.#holdsForNothing(condition)) return known?.delete(ordinal) === true;
    const bitmap = known ?? new Bitmap();
    if (known === undefined) this.#exceptions[condition] = bitmap;
    return bitmap.add(ordinal);
  }

  /** Makes every condition hold for a customer as it does for nothing. */
  clear(ordinal: number): void {
    for (const exceptions of this.#exceptions) exceptions?.delete(ordinal);
  }

  /** @param known all customers @returns for whom of them it holds; not to be written to */
  of(condition: number, known: Bitmap): Bitmap {
    const exceptions = this.#exceptions[condition] ?? new Bitmap();
    if (!this.#holdsForNothing(condition)) return exceptions;
    return Bitmap.difference(known, exceptions);
  }

  bytesUsed(): number {
    return this.#exceptions.reduce((sum, bitmap) => sum + (bitmap?.bytesUsed() ?? 0), 0);
  }

  #holdsForNothing(condition: number): boolean {
    return this.#forNothing[condition] === 1;
  }

  toSections(): Sections {
    return new Map([['truths', bitmapsToBytes(this.#exceptions)]]);
  }

  static fromSections(
    conditions: readonly PlannedCondition[],
    section: (name: string) => Uint8Array,
  ): Truths {
    const truths = new Truths(conditions);
    for (const [index, bitmap] of bitmapsFromBytes(section('truths'))) {
      truths.#exceptions[index] = bitmap;
    }
    return truths;
  }
}

/** Bitmaps are written in pieces of at least so many bytes. */
const PIECE_BYTES = 64 * 1024;

/** Bitmaps with their places, empty ones left out; some at a time. */
export function* bitmapsToBytes(bitmaps: readonly (Bitmap | undefined)[]): Generator<Uint8Array> {
  let writer = new ByteWriter();
  for (const [index, bitmap] of bitmaps.entries()) {
    if (bitmap === undefined || bitmap.size === 0) continue;
    writer.u32(index);
    writer.bytes(bitmap.toBytes());
    if (writer.length < PIECE_BYTES) continue;
    yield writer.finish();
    writer = new ByteWriter();
  }
  yield writer.finish();
}

export function* bitmapsFromBytes(bytes: Uint8Array): Iterable<[number, Bitmap]> {
  const reader = new ByteReader(bytes);
  while (!reader.done) yield [reader.u32(), Bitmap.fromBytes(reader.bytes())];
}
