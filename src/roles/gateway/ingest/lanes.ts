import { createHash } from 'node:crypto';
import { partitionOf } from '../../../base/hash.ts';
import type { DurationMs } from '../../../base/time.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import { Shapes } from '../../../wire/packing/shapes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { Lane } from './lane.ts';
import { Ticket } from './ticket.ts';

export interface LanesParts {
  readonly log: Pick<Log, 'append'>;
  readonly clock: Clock;
  readonly partitions: number;
  /** Names this boot: no other gateway has the same. */
  readonly boot: string;
}

/** How long events gather into one message; while one is under way, until that is stored. */
const GATHER_MS: DurationMs = 5;

/** After so long the log counts as away, and who waits is told. */
const PATIENCE_MS: DurationMs = 2_000;

/**
 * The way of events into their partitions' logs.
 *
 * 1. A lane of this boot for each partition; its messages are stamped `<boot>-<partition>.<n>`.
 * 2. A lane has one message under way; what comes meanwhile makes the next one.
 * 3. What is imported is stamped with a hash of the body that it came in, so that the same body
 *    changes nothing a second time.
 */
export class Lanes {
  readonly #parts: LanesParts;
  readonly #lanes: readonly Lane[];
  #gathering: Promise<void> | undefined;

  constructor(parts: LanesParts) {
    this.#parts = parts;
    this.#lanes = this.#lanesOf(`gateway-${parts.boot}`, false);
  }

  /**
   * Stores events.
   *
   * @param events at least one
   * @returns resolves when all are stored, or else with why one is not: `log-full`, `log-silent`
   */
  store(events: readonly CustomerEvent[]): Promise<Error | undefined> {
    const ticket = new Ticket(events.length);
    for (const event of events) {
      this.#lanes[partitionOf(event.customer, this.#lanes.length)]?.add(event, ticket);
    }
    this.#gathering ??= this.#gather();
    return ticket.settled;
  }

  /**
   * Stores events as history.
   *
   * @param events at least one
   * @param body what they came in, as text
   */
  import(events: readonly CustomerEvent[], body: string): Promise<Error | undefined> {
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 24);
    const lanes = this.#lanesOf(`import-${hash}`, true);
    const ticket = new Ticket(events.length);
    for (const event of events)
      lanes[partitionOf(event.customer, lanes.length)]?.add(event, ticket);
    for (const lane of lanes) lane.cut();
    return ticket.settled;
  }

  /** Sends what has gathered; resolves when it is stored or given up. */
  async drained(): Promise<void> {
    await this.#gathering;
  }

  #lanesOf(producer: string, history: boolean): readonly Lane[] {
    const { log, clock, partitions } = this.#parts;
    const sentAt = (): number => clock.now();
    const shapes = new Shapes();
    const shared = { log, clock, sentAt, history, patienceMs: PATIENCE_MS, shapes };
    return Array.from(
      { length: partitions },
      (_, p) => new Lane(p, { ...shared, producer: history ? producer : `${producer}-${p}` }),
    );
  }

  /** Runs as long as anything waits. */
  async #gather(): Promise<void> {
    const { clock } = this.#parts;
    for (let isBusy = true; isBusy;) {
      await clock.sleep(GATHER_MS);
      const now = clock.now();
      isBusy = false;
      for (const lane of this.#lanes) {
        if (lane.queued === 0) lane.cut();
        else if (lane.isStuck(now)) lane.giveUp();
        isBusy ||= lane.queued > 0;
      }
    }
    this.#gathering = undefined;
  }
}
