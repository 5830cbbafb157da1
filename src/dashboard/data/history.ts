import type { Count } from './live-state.ts';

/** One sample of everything; without counts where the page was not connected. */
export interface Sample {
  /** The browser's clock, ms. */
  readonly atMs: number;
  /** Events applied by then, when the gateway tells. */
  readonly events: number | undefined;
  readonly counts: ReadonlyMap<string, Count> | undefined;
}

/** The samples of the last minutes, oldest first; about one a second. */
export class History {
  readonly #keepMs: number;
  #samples: Sample[] = [];

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /**
   * Keeps a sample. When counts that only grow are lower than before, another cluster answers: what
   * was sampled of the old one is dropped.
   */
  push(sample: Sample): void {
    if (isOfAnother(this.#samples.at(-1), sample)) this.#samples = [];
    this.#samples.push(sample);
    const since = sample.atMs - this.#keepMs;
    const keep = this.#samples.findIndex(({ atMs }) => atMs >= since);
    if (keep > 0) this.#samples.splice(0, keep);
  }

  /** Marks that nothing is known from now on until the next sample. */
  interrupt(atMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && last.counts !== undefined) {
      this.#samples.push({ atMs, events: undefined, counts: undefined });
    }
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }
}

function isOfAnother(before: Sample | undefined, sample: Sample): boolean {
  if (before?.counts === undefined || sample.counts === undefined) return false;
  for (const [id, count] of sample.counts) {
    const old = before.counts.get(id);
    if (old !== undefined && (count.entered < old.entered || count.exited < old.exited))
      return true;
  }
  return false;
}
