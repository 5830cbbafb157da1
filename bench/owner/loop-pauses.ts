import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

const EVERY_MS = 5;
const NANOS_PER_MS = 1e6;
/** Of the main thread, which has the process's number: ns on a core, ns waiting for one, turns. */
const SCHEDULE = `/proc/self/task/${process.pid}/schedstat`;

/** For how long the event loop did not turn: the longest pause, ms. */
export interface Pauses {
  /** By the clock. */
  readonly wallMs: number;
  /** Without the time for which the thread could have run and other processes had the core. */
  readonly ownMs: number;
  /** How many lasted longer than 50 ms, without that time. */
  readonly above50: number;
  /** The longest stop for the garbage collector: a part of such a pause. */
  readonly gcMs: number;
}

const NONE: Pauses = { wallMs: 0, ownMs: 0, above50: 0, gcMs: 0 };

/**
 * Watches the event loop of this thread: a timer of 5 ms that comes late by so much has waited for
 * the loop. On a machine with other work a process waits for a core, too; Linux says for how long.
 */
export class LoopPauses {
  #longest = NONE;
  #lastAt = performance.now();
  #lastWaitMs = waitedMs();

  constructor() {
    const observer = new PerformanceObserver((list) => this.#collected(list.getEntries()));
    observer.observe({ entryTypes: ['gc'] });
    setInterval(() => this.#look(), EVERY_MS);
  }

  /** The longest since `forget`. */
  get longest(): Pauses {
    return this.#longest;
  }

  forget(): void {
    this.#longest = NONE;
  }

  #look(): void {
    const now = performance.now();
    const waited = waitedMs();
    const pauseMs = now - this.#lastAt - EVERY_MS;
    const pauseOwnMs = pauseMs - (waited - this.#lastWaitMs);
    const { wallMs, ownMs, above50, gcMs } = this.#longest;
    this.#longest = {
      wallMs: Math.max(wallMs, pauseMs),
      ownMs: Math.max(ownMs, pauseOwnMs),
      above50: pauseOwnMs > 50 ? above50 + 1 : above50,
      gcMs,
    };
    this.#lastAt = now;
    this.#lastWaitMs = waited;
  }

  #collected(stops: readonly { readonly duration: number }[]): void {
    const durations = stops.map(({ duration }) => duration);
    this.#longest = { ...this.#longest, gcMs: Math.max(this.#longest.gcMs, ...durations) };
  }
}

/** For how long this thread could have run and had no core, since its start; 0 where none tells. */
function waitedMs(): number {
  try {
    return Number(readFileSync(SCHEDULE, 'utf8').split(' ')[1]) / NANOS_PER_MS;
  } catch {
    // Not Linux: then a pause is what the clock says.
    return 0;
  }
}
