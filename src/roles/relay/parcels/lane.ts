/*
 * Delivers what partitions pass on, a batch at a time.
 *
 * 1. It is delivered in the order in which it was put in: a batch is under way alone, and the next
 *    one begins when it has arrived. So whoever takes it in may drop what is not above what came
 *    before.
 * 2. Nothing is passed over: what fails ends the lane.
 */

/** What is to be delivered, and what to call when it has been. */
interface Load<Item> {
  readonly item: Item;
  readonly onDelivered: () => void;
}

export interface LaneParts<Item> {
  /** The most that is asked for at once. */
  readonly itemsMax: number;
  /**
   * Delivers the first of these.
   *
   * @returns how many of them, at least one
   */
  readonly deliver: (items: readonly Item[]) => Promise<number>;
  readonly onFailure: (error: unknown) => void;
}

export class ParcelLane<Item> {
  readonly #parts: LaneParts<Item>;
  #queue: Load<Item>[] = [];
  #head = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: LaneParts<Item>) {
    this.#parts = parts;
  }

  put(item: Item, onDelivered: () => void): void {
    if (this.#isClosed) return;
    this.#queue.push({ item, onDelivered });
    this.#running ??= this.#run();
  }

  /** Delivers nothing more. Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { deliver, itemsMax, onFailure } = this.#parts;
    // What is put in at once goes together.
    await Promise.resolve();
    try {
      while (!this.#isClosed && this.#head < this.#queue.length) {
        const batch = this.#queue.slice(this.#head, this.#head + itemsMax);
        const delivered = await deliver(batch.map(({ item }) => item));
        this.#remove(delivered);
        for (const { onDelivered } of batch.slice(0, delivered)) onDelivered();
      }
      this.#running = undefined;
    } catch (error) {
      // `#running` stays: nothing is delivered behind a failure.
      this.#isClosed = true;
      onFailure(error);
    }
  }

  #remove(count: number): void {
    this.#head += count;
    if (this.#head * 2 <= this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
