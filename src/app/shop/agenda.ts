import type { EpochMs } from '../../base/time.ts';

interface Timed {
  readonly at: EpochMs;
}

/** What is known and has not happened yet: a binary heap by time, then by arrival. */
export class Agenda<Item extends Timed> {
  readonly #heap: { readonly item: Item; readonly order: number }[] = [];
  #added = 0;

  add(item: Item): void {
    const heap = this.#heap;
    let place = heap.push({ item, order: this.#added++ }) - 1;
    while (place > 0 && this.#isBefore(place, (place - 1) >> 1)) {
      this.#swap(place, (place - 1) >> 1);
      place = (place - 1) >> 1;
    }
  }

  /** Takes out what has happened by `now`, in the order of time. */
  takeUntil(now: EpochMs): Item[] {
    const taken: Item[] = [];
    for (
      let first = this.#heap[0];
      first !== undefined && first.item.at <= now;
      first = this.#heap[0]
    ) {
      taken.push(first.item);
      this.#dropFirst();
    }
    return taken;
  }

  #dropFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let place = 0;
    for (;;) {
      let least = place;
      for (const child of [place * 2 + 1, place * 2 + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === place) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return false;
    return x.item.at === y.item.at ? x.order < y.order : x.item.at < y.item.at;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }
}
