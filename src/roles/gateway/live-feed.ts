/*
 * Live counts for sockets.
 *
 * 1. A socket's first frame names everything it asked for, and is sent only when every partition is
 *    known; later ones name what changed since the last frame that it took.
 * 2. At most one frame per beat, ten beats a second; at least one a second, if only for `at` and
 *    `lagMs`.
 * 3. Nothing is lost to a slow socket: while it does not read, its changes gather and go out as one
 *    frame.
 */
import type { SegmentId } from '../../base/id.ts';
import { SECOND_MS, formatInstant, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { Count } from '../../engine/effect.ts';
import type { CountsFrame, ErrorFrame } from '../../wire/live.ts';
import { pause, type Clock } from '../ports/clock.ts';
import type { Socket, SocketHandler } from '../ports/http.ts';
import type { Counter, Gauge } from '../ports/metrics.ts';
import type { PartitionStatuses, Summary } from './partition-statuses.ts';
import { readSubscribe, type Subscription } from './subscribe-message.ts';

export const BEAT_MS: DurationMs = 100;

interface Subscriber extends Subscription {
  /** Segments whose latest sum the socket does not have. */
  dirty: Set<SegmentId>;
  sentAt: EpochMs;
}

export interface FeedParts {
  readonly statuses: PartitionStatuses;
  readonly segments: ReadonlySet<SegmentId>;
  readonly clock: Clock;
  readonly sockets: Gauge;
  readonly frames: Counter;
  /**
   * Frames that were held back or dropped since the socket did not read; what they held goes out
   * later.
   */
  readonly delayed: Counter;
}

export class LiveFeed implements SocketHandler {
  readonly path = '/v1/live';
  readonly #parts: FeedParts;
  /** Open sockets; undefined: it has not subscribed yet. */
  readonly #sockets = new Map<Socket, Subscriber | undefined>();

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  open(socket: Socket): void {
    this.#sockets.set(socket, undefined);
    this.#parts.sockets.set(this.#sockets.size);
  }

  close(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#parts.sockets.set(this.#sockets.size);
  }

  /** A new subscription takes the place of the one before. */
  message(socket: Socket, text: string): void {
    const asked = readSubscribe(text, this.#parts.segments);
    if ('type' in asked) return void socket.send(JSON.stringify(asked satisfies ErrorFrame));
    this.#sockets.set(socket, { ...asked, dirty: new Set(asked.segments), sentAt: 0 });
  }

  /** Runs until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.beat();
      await pause(this.#parts.clock, BEAT_MS, signal);
    }
  }

  /** Sends to each socket what is due. */
  beat(): void {
    const { statuses, clock } = this.#parts;
    const changed = statuses.takeChanged();
    const now = clock.now();
    const summary = statuses.summary(now);
    for (const [socket, subscriber] of this.#sockets) {
      if (subscriber === undefined) continue;
      for (const id of changed) if (subscriber.segments.has(id)) subscriber.dirty.add(id);
      const due = subscriber.dirty.size > 0 || now - subscriber.sentAt >= SECOND_MS;
      if (due && statuses.complete()) this.#send(socket, subscriber, summary, now);
    }
  }

  #send(socket: Socket, subscriber: Subscriber, summary: Summary, now: EpochMs): void {
    const { frames, delayed } = this.#parts;
    const taken = socket.waitingBytes() === 0 && socket.send(this.#frame(subscriber, summary));
    (taken ? frames : delayed).add(1);
    if (!taken) return;
    subscriber.dirty = new Set();
    subscriber.sentAt = now;
  }

  #frame({ dirty, totals }: Subscriber, { atMs, lagMs, events, customers }: Summary): string {
    const counts: Record<SegmentId, Count> = {};
    for (const id of dirty) counts[id] = this.#parts.statuses.count(id);
    const frame: CountsFrame = { type: 'counts', at: formatInstant(atMs), lagMs, counts };
    return JSON.stringify(totals ? { ...frame, totals: { events, customers } } : frame);
  }
}
