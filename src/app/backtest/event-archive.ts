import { assert } from '../../base/assert.ts';
import type { EpochMs } from '../../base/time.ts';
import { Column } from '../../engine/store/column.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { isRejection, readEvent } from '../../wire/event.ts';

/** A line of events is far shorter. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Holds the lines of events as bytes outside of the heap, and hands out the events by event time:
 * a million of them need little more memory than their text.
 */
export class EventArchive {
  readonly #pages: Buffer[] = [];
  #pageUsed = PAGE_BYTES;
  #count = 0;
  readonly #ats = new Column(Float64Array);
  /** Where a line lies: its place in the row of all pages, and its length. */
  readonly #starts = new Column(Float64Array);
  readonly #lengths = new Column(Uint32Array);

  get count(): number {
    return this.#count;
  }

  /** @param line a line that `readEvent` has accepted */
  add(line: string, at: EpochMs): void {
    const length = Buffer.byteLength(line);
    assert(length <= PAGE_BYTES, 'a line fits on a page');
    if (this.#pageUsed + length > PAGE_BYTES) {
      this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
      this.#pageUsed = 0;
    }
    this.#pages.at(-1)?.write(line, this.#pageUsed);
    this.#ats.set(this.#count, at);
    this.#starts.set(this.#count, (this.#pages.length - 1) * PAGE_BYTES + this.#pageUsed);
    this.#lengths.set(this.#count, length);
    this.#pageUsed += length;
    this.#count++;
  }

  /** Event time of the n-th line that was added, ms since the epoch. */
  atOf(n: number): EpochMs {
    return this.#ats.get(n);
  }

  /** The n-th line that was added, read again. */
  eventOf(n: number): CustomerEvent {
    const start = this.#starts.get(n);
    const page = this.#pages[Math.floor(start / PAGE_BYTES)];
    assert(page !== undefined, 'a line lies on a page');
    const from = start % PAGE_BYTES;
    const event = readEvent(JSON.parse(page.toString('utf8', from, from + this.#lengths.get(n))));
    assert(!isRejection(event), 'a line that was accepted once is accepted again');
    return event;
  }

  /** The numbers of all lines by event time, then in the order in which they were added. */
  inOrder(): ArrayLike<number> {
    const order = Array.from({ length: this.#count }, (_, n) => n);
    // Files are sorted as a rule: the sort finds their runs, and merges them.
    return order.sort((a, b) => this.atOf(a) - this.atOf(b) || a - b);
  }
}
