import { partitionOf } from '../../../base/hash.ts';
import { ShoalError } from '../../../base/error.ts';
import type { DurationMs } from '../../../base/time.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import { eventMessage, type EventMessage } from '../../../wire/event-message.ts';
import { pause, type Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** How the storing of an event ended; `log-silent`: it may have landed all the same. */
export type Stored = 'stored' | 'log-full' | 'log-silent';

export interface EventLaneParts {
  readonly log: Pick<Log, 'append'>;
  readonly partitions: number;
  readonly clock: Clock;
}

const RETRY_MS: DurationMs = 100;

/** Puts single events into the logs of their customers' partitions. */
export class EventLane {
  readonly #parts: EventLaneParts;

  constructor(parts: EventLaneParts) {
    this.#parts = parts;
  }

  /**
   * Tries for so long. An event that is appended several times counts once, by its `messageId`.
   *
   * @param patienceMs after it nothing is sent again, but what is under way may still land
   */
  async store(event: CustomerEvent, patienceMs: DurationMs): Promise<Stored> {
    const { clock, partitions } = this.#parts;
    const message = eventMessage(partitionOf(event.customer, partitions), event);
    const isOver = new AbortController();
    const timeUp = pause(clock, patienceMs, isOver.signal).then((): Stored => 'log-silent');
    try {
      return await Promise.race([this.#tryUntil(isOver.signal, message), timeUp]);
    } finally {
      isOver.abort();
    }
  }

  async #tryUntil(isOver: AbortSignal, message: EventMessage): Promise<Stored> {
    for (;;) {
      const kind = await this.#append(message);
      if (kind === 'stored') return 'stored';
      if (kind === 'full') return 'log-full';
      if (!(await pause(this.#parts.clock, RETRY_MS, isOver))) return 'log-silent';
    }
  }

  async #append({ subject, headers, body }: EventMessage): Promise<'stored' | 'full' | 'unknown'> {
    try {
      const { kind } = await this.#parts.log.append(subject, body, { headers });
      return kind === 'conflict' ? 'unknown' : kind;
    } catch (error) {
      if (error instanceof ShoalError && error.remedy === 'retry') return 'unknown';
      throw error;
    }
  }
}
