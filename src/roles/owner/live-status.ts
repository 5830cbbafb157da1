import type { SegmentId } from '../../base/id.ts';
import type { Count } from '../../engine/effect.ts';
import type { PartitionStatus } from '../../wire/live.ts';
import { liveSubject } from '../../wire/subject.ts';
import type { Pump } from './apply/pump.ts';
import type { Retention } from './retention/retention.ts';
import type { OwnerWorld } from './world.ts';

/*
 * Tells of one partition's figures.
 *
 * 1. At most ten times a second what changed, every two seconds all: who missed one is right again
 *    soon.
 */

const CHANGES_EVERY_MS = 100;
const ALL_EVERY_MS = 2_000;

export class LiveStatus {
  readonly #world: OwnerWorld;
  readonly #partition: number;
  readonly #boot: string;
  readonly #pump: Pump;
  readonly #retention: Retention;
  #sequence = 0;
  #toldAt = 0;
  #allToldAt = 0;
  #toldSequence = -1;

  constructor(
    world: OwnerWorld,
    partition: number,
    boot: string,
    pump: Pump,
    retention: Retention,
  ) {
    this.#world = world;
    this.#partition = partition;
    this.#boot = boot;
    this.#pump = pump;
    this.#retention = retention;
  }

  /** Publishes what is due to be told. */
  tellWhenDue(): void {
    const now = this.#world.clock.now();
    if (now - this.#allToldAt >= ALL_EVERY_MS) {
      this.#pump.engine.takeChanged();
      this.#allToldAt = now;
      this.#sequence++;
      return this.#tell(this.full(), now);
    }
    if (this.#pump.sequence === this.#toldSequence || now - this.#toldAt < CHANGES_EVERY_MS) return;
    this.#sequence++;
    this.#tell(this.#status(false, this.#pump.engine.takeChanged()), now);
  }

  /** All figures, as they are now. */
  full(): PartitionStatus {
    return this.#status(true, this.#pump.engine.counts());
  }

  #status(full: boolean, counts: ReadonlyMap<SegmentId, Count>): PartitionStatus {
    const { engine, lagMs } = this.#pump;
    return {
      partition: this.#partition,
      boot: this.#boot,
      sequence: this.#sequence,
      full,
      isCurrent: this.#pump.isCurrent,
      atMs: engine.streamTime,
      lagMs,
      events: engine.events,
      customers: engine.customerCount(),
      historyFromMs: this.#retention.historyFrom,
      counts: Object.fromEntries(counts),
    };
  }

  #tell(status: PartitionStatus, now: number): void {
    this.#toldAt = now;
    this.#toldSequence = this.#pump.sequence;
    this.#world.bus.publish(liveSubject(this.#partition), Buffer.from(JSON.stringify(status)));
  }
}
