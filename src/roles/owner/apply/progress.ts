import type { Partition } from '../../../engine/partition.ts';
import type { StoredMessage } from '../../ports/log.ts';
import type { OwnerFigures } from '../figures.ts';
import type { PublishLane } from '../publish/publish-lane.ts';
import type { OwnerWorld } from '../world.ts';

export interface ProgressPlace {
  readonly world: Pick<OwnerWorld, 'clock'>;
  readonly figures: OwnerFigures;
  readonly lane: Pick<PublishLane, 'waiting'>;
  readonly partition: number;
}

/** How far a partition has come, and the figures of it. */
export class Progress {
  /** From the broker's storing of the last message to its application, ms. */
  lagMs = 0;
  /** When the last message was applied, ms since the epoch; 0 before the first. */
  heardAt = 0;
  readonly #place: ProgressPlace;
  #eventsCounted: number;
  readonly #skippedCounted = new Map<string, number>();

  /** @param events how many the engine had applied before */
  constructor(place: ProgressPlace, events: number) {
    this.#place = place;
    this.#eventsCounted = events;
  }

  /** To be told what has been applied. */
  note(messages: readonly StoredMessage[], engine: Pick<Partition, 'events' | 'skipped'>): void {
    const { figures, partition, lane, world } = this.#place;
    const last = messages.at(-1);
    if (last === undefined) return;
    this.heardAt = world.clock.now();
    this.lagMs = Math.max(0, this.heardAt - last.storedAt);
    figures.messages.add(messages.length, { partition });
    figures.events.add(Math.max(0, engine.events - this.#eventsCounted), { partition });
    this.#eventsCounted = engine.events;
    for (const [reason, count] of engine.skipped) {
      figures.skipped.add(Math.max(0, count - (this.#skippedCounted.get(reason) ?? 0)), { reason });
      this.#skippedCounted.set(reason, count);
    }
    figures.lagMs.set(this.lagMs, { partition });
    figures.waiting.set(lane.waiting, { partition });
  }
}
