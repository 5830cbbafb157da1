/*
 * Virtual time: what shall happen waits in one queue, by instant, then in the order in which it was
 * asked for.
 *
 * 1. Between two tasks all promises that can go on have gone on, and so have those that wait for
 *    the event loop's next turn. Nothing else in a simulated world waits for anything real.
 */

const TURNS_MAX = 50;

interface Task {
  readonly at: number;
  readonly run: () => void;
}

export class Scheduler {
  #now: number;
  #steps = 0;
  /** The next one is the last. */
  readonly #tasks: Task[] = [];

  constructor(startAt: number) {
    this.#now = startAt;
  }

  /** Ms since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** How many tasks have run. */
  get steps(): number {
    return this.#steps;
  }

  /** @returns how to call it off */
  after(delayMs: number, run: () => void): () => void {
    const task = { at: this.#now + Math.max(0, delayMs), run };
    this.#tasks.splice(this.#placeOf(task.at), 0, task);
    return () => {
      const index = this.#tasks.indexOf(task);
      if (index >= 0) this.#tasks.splice(index, 1);
    };
  }

  /** Runs until something holds, which is looked at after every task. @returns whether it does */
  async until(holds: () => boolean, deadlineAt: number): Promise<boolean> {
    await settled();
    for (let idle = 0; !holds();) {
      const next = this.#tasks.at(-1);
      if (next === undefined || next.at > deadlineAt) {
        // What goes on without time may take several turns.
        if (++idle > TURNS_MAX) return false;
        await settled();
        continue;
      }
      idle = 0;
      this.#tasks.pop();
      this.#now = Math.max(this.#now, next.at);
      this.#steps++;
      next.run();
      await settled();
    }
    return true;
  }

  /** Behind all tasks of the same instant, that is before them in the array. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.#tasks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tasks[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
