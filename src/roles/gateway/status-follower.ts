/*
 * Follows what the owners tell of their partitions, and asks them for what is missing.
 *
 * 1. One question a partition is under way at a time; an unanswered one is asked again.
 * 2. A message that cannot be read is counted and logged, never applied in part.
 */
import { ShoalError } from '../../base/error.ts';
import type { Query } from '../../wire/questions/query.ts';
import { liveSubject, querySubject } from '../../wire/subject.ts';
import { pause, type Clock } from '../ports/clock.ts';
import type { Bus } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Counter } from '../ports/metrics.ts';
import type { PartitionStatuses } from './partition-statuses.ts';
import { decodeStatus } from './status-message.ts';

const ASK_EVERY_MS = 500;
const ANSWER_WITHIN_MS = 2_000;
const STATUS_QUESTION = new TextEncoder().encode(
  JSON.stringify({ type: 'status' } satisfies Query),
);

export interface FollowerParts {
  readonly bus: Bus;
  readonly statuses: PartitionStatuses;
  readonly partitions: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Statuses that could not be read. */
  readonly unreadable: Counter;
}

export class StatusFollower {
  readonly #parts: FollowerParts;
  readonly #asking = new Set<number>();
  readonly #unsubscribe: (() => void)[] = [];

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Runs until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { bus, partitions, statuses, clock } = this.#parts;
    for (let partition = 0; partition < partitions; partition++) {
      this.#unsubscribe.push(bus.subscribe(liveSubject(partition), (body) => this.#take(body)));
    }
    while (!signal.aborted) {
      for (const partition of statuses.wanted(clock.now())) void this.#ask(partition);
      await pause(clock, ASK_EVERY_MS, signal);
    }
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #take(body: Uint8Array): void {
    const status = decodeStatus(body);
    if (status !== undefined) return this.#parts.statuses.take(status, this.#parts.clock.now());
    this.#parts.unreadable.add(1);
    this.#parts.logger.warn('a status of a partition cannot be read', { bytes: body.byteLength });
  }

  async #ask(partition: number): Promise<void> {
    if (this.#asking.has(partition)) return;
    this.#asking.add(partition);
    const { bus, logger } = this.#parts;
    try {
      this.#take(await bus.request(querySubject(partition), STATUS_QUESTION, ANSWER_WITHIN_MS));
    } catch (error) {
      const foreseen = error instanceof ShoalError && error.remedy === 'retry';
      logger[foreseen ? 'debug' : 'warn']('a partition does not answer', { partition, error });
    } finally {
      this.#asking.delete(partition);
    }
  }
}
