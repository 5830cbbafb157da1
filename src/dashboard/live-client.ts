/*
 * The page's line to the gateway: asks what segments there are, subscribes to all, and comes back
 * by itself when the line breaks or falls silent.
 */
import type { CountsFrame, Subscribe } from '../wire/live.ts';
import { retryDelayMs } from './data/backoff.ts';
import { readFrame } from './data/frames.ts';
import type { Phase } from './data/live-state.ts';

/** The gateway sends at least once a second: a line without frames for so long is broken. */
const SILENCE_MS = 6_000;
/** Before the first frame the gateway may rightly be silent, since it waits for its partitions. */
const LOOK_EVERY_MS = 1_000;

export interface SegmentTitle {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface LiveListener {
  segments(segments: readonly SegmentTitle[]): void;
  phase(phase: Phase): void;
  frame(frame: CountsFrame): void;
}

export class LiveClient {
  readonly #listener: LiveListener;
  #socket: WebSocket | undefined;
  #heardAtMs: number | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(listener: LiveListener) {
    this.#listener = listener;
  }

  start(): void {
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
    void this.#connect();
  }

  stop(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** Tries at once instead of at the end of the wait. */
  retryNow(): void {
    clearTimeout(this.#retry);
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#listener.phase({ kind: 'connecting' });
    try {
      const answer = await fetch('/v1/segments', { cache: 'no-store' });
      if (!answer.ok) return this.#lose();
      // The gateway that serves this page answers with this shape.
      this.#listener.segments((await answer.json()) as SegmentTitle[]);
    } catch {
      return this.#lose();
    }
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/v1/live`);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#subscribe(socket));
    socket.addEventListener('message', ({ data }) => this.#take(String(data)));
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#lose();
    });
  }

  #subscribe(socket: WebSocket): void {
    const wish: Subscribe = { type: 'subscribe', segments: ['*'], totals: true };
    socket.send(JSON.stringify(wish));
    this.#listener.phase({ kind: 'waiting' });
  }

  #take(text: string): void {
    const frame = readFrame(text);
    if (frame?.type !== 'counts') return;
    if (this.#heardAtMs === undefined) this.#listener.phase({ kind: 'live' });
    this.#heardAtMs = performance.now();
    this.#failures = 0;
    this.#listener.frame(frame);
  }

  #look(): void {
    if (this.#heardAtMs === undefined || performance.now() - this.#heardAtMs < SILENCE_MS) return;
    this.#lose();
  }

  #lose(): void {
    this.#drop();
    this.#failures++;
    const delayMs = retryDelayMs(this.#failures, Math.random());
    this.#listener.phase({ kind: 'lost', retryAtMs: Date.now() + delayMs });
    this.#retry = setTimeout(() => void this.#connect(), delayMs);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#heardAtMs = undefined;
    socket?.close();
  }
}
