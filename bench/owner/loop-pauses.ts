import { readFileSync } from 'node:fs';

const EVERY_MS = 5;
const NANOS_PER_MS = 1e6;
/** Of the main thread, whose number is the process's own: ns on a core, ns waiting for one, turns. */
const SCHEDULE = `/proc/self/task/${process.pid}/schedstat`;

/** For how long the event loop did not turn: the longest pause since the last look, ms. */
export interface Pauses {
  /** By the clock. */
  readonly wallMs: number;
  /** Without the time for which the thread could have run and other processes had the core. */
  readonly ownMs: number;
  /** How many lasted longer than 50 ms, without that time. */
  readonly above50: number;
}

/**
 * Watches the event loop of this thread: a timer of 5 ms that comes late by so much has waited for
 * the loop. On a machine with other work a process waits for a core, too; Linux says for how long.
 */
export class LoopPauses {
  #lastAt = performance.now();
  #lastWaitMs = waitedMs();
  #wallMs = 0;
  #ownMs = 0;
  #above50 = 0;

  constructor() {
    setInterval(() => this.#look(), EVERY_MS);
  }

  /** @returns the longest since the last call */
  take(): Pauses {
    const pauses = { wallMs: this.#wallMs, ownMs: this.#ownMs, above50: this.#above50 };
    this.#wallMs = 0;
    this.#ownMs = 0;
    this.#above50 = 0;
    return pauses;
  }

  #look(): void {
    const now = performance.now();
    const waited = waitedMs();
    const pauseMs = now - this.#lastAt - EVERY_MS;
    const ownMs = pauseMs - (waited - this.#lastWaitMs);
    this.#wallMs = Math.max(this.#wallMs, pauseMs);
    this.#ownMs = Math.max(this.#ownMs, ownMs);
    if (ownMs > 50) this.#above50++;
    this.#lastAt = now;
    this.#lastWaitMs = waited;
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
