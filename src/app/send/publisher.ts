import { partitionOf } from '../../base/hash.ts';
import type { EpochMs } from '../../base/time.ts';
import { Lane, type LaneSettings } from '../../roles/gateway/ingest/lane.ts';
import { Shapes } from '../../wire/packing/shapes.ts';
import type { CustomerEvent } from '../../rules/event.ts';

export interface PublisherSettings extends Omit<LaneSettings, 'patienceMs'> {
  /** P, the partitions of the cluster. */
  readonly partitions: number;
  /** How long a message is repeated before the publisher gives up, ms; 30 s if nothing is said. */
  readonly patienceMs?: number | undefined;
}

/** So many messages of one partition wait before more is added. */
const QUEUE_MAX = 4;

/**
 * Publishes events to their partitions' logs, in batches. All methods throw `log-full` or
 * `log-silent` (retry) once a lane has given up; what was added after that is not sent.
 */
export class Publisher {
  readonly #lanes: readonly Lane[];

  constructor(settings: PublisherSettings) {
    const patienceMs = settings.patienceMs ?? 30_000;
    const shared = { ...settings, patienceMs, shapes: new Shapes() };
    this.#lanes = Array.from({ length: settings.partitions }, (_, p) => new Lane(p, shared));
  }

  /** Messages that are stored: batches, and ticks. */
  get stored(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.stored, 0);
  }

  /**
   * Adds an event to its partition's batch, which is sent when it is full.
   *
   * @returns undefined, or a promise that the caller must wait for before it adds more
   */
  add(event: CustomerEvent): Promise<void> | undefined {
    const lane = this.#lanes[partitionOf(event.customer, this.#lanes.length)];
    if (lane === undefined) return undefined;
    if (lane.failure === undefined) lane.add(event);
    return lane.failure === undefined && lane.queued < QUEUE_MAX ? undefined : settled(lane);
  }

  /** Sends all that was added; resolves when it is stored. */
  async flush(): Promise<void> {
    for (const lane of this.#lanes) lane.cut();
    await Promise.all(this.#lanes.map(settled));
  }

  /** Sends all that was added and, behind it, a tick to every partition; resolves when stored. */
  async tick(sentAt: EpochMs): Promise<void> {
    for (const lane of this.#lanes) if (lane.failure === undefined) lane.tick(sentAt);
    await Promise.all(this.#lanes.map(settled));
  }
}

async function settled(lane: Lane): Promise<void> {
  await lane.settled();
  if (lane.failure !== undefined) throw lane.failure;
}
