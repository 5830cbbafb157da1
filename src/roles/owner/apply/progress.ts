import { SECOND_MS } from '../../../base/time.ts';
import type { Partition } from '../../../engine/partition.ts';
import type { StoredMessage } from '../../ports/log.ts';
import type { OwnerFigures } from '../figures.ts';
import type { PublishLane } from '../publish/publish-lane.ts';
import type { OwnerWorld } from '../world.ts';

export interface ProgressPlace {
  readonly world: Pick<OwnerWorld, 'clock' | 'logger'>;
  readonly figures: OwnerFigures;
  readonly lane: Pick<PublishLane, 'waiting'>;
  readonly partition: number;
}

type Engine = Pick<Partition, 'events' | 'skipped' | 'dedupWindowMs' | 'dedupForgotten'>;

/** How far a partition has come, and the figures of it. */
export class Progress {
  /** From the broker's storing of the last message to its application, ms. */
  lagMs = 0;
  /** When the last message was applied, ms since the epoch; 0 before the first. */
  heardAt = 0;
  readonly #place: ProgressPlace;
  #eventsCounted: number;
  #forgottenCounted = 0;
  #hasWarned = false;
  readonly #skippedCounted = new Map<string, number>();

  /** @param events how many the engine had applied before */
  constructor(place: ProgressPlace, events: number) {
    this.#place = place;
    this.#eventsCounted = events;
  }

  /** To be told what has been applied. */
  note(messages: readonly StoredMessage[], engine: Engine): void {
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
    this.#noteDedup(engine);
  }

  #noteDedup({ dedupWindowMs, dedupForgotten }: Engine): void {
    const { figures, partition, world } = this.#place;
    figures.dedupSeconds.set(dedupWindowMs / SECOND_MS, { partition });
    const more = dedupForgotten - this.#forgottenCounted;
    this.#forgottenCounted = dedupForgotten;
    if (more <= 0) return;
    figures.dedupForgotten.add(more, { partition });
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const fields = { partition, windowSeconds: dedupWindowMs / SECOND_MS };
    world.logger.warn('messageIds are forgotten before their time', fields);
  }
}
