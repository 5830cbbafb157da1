import type { Rejection } from '../../../wire/log-message.ts';
import { rejectedSubject } from '../../../wire/subject.ts';
import type { Logger } from '../../ports/logger.ts';
import type { OwnerFigures } from '../figures.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Tells of what came in and is no event.
 *
 * 1. Every rejection is counted by its reason; the partition goes on.
 * 2. It is published to `shoal.rejected.<reason>`, at least once: a replay tells of it again. When
 *    more wait than fit, further ones are counted only.
 */

const WAITING_MAX = 1_000;

interface Waiting {
  readonly partition: number;
  /** Of the message in the partition's log. */
  readonly sequence: number;
  readonly rejection: Rejection;
}

export class Rejects {
  readonly #world: OwnerWorld;
  readonly #figures: OwnerFigures;
  readonly #logger: Logger;
  #waiting: Waiting[] = [];
  #publishing: Promise<void> | undefined;

  constructor(world: OwnerWorld, figures: OwnerFigures) {
    this.#world = world;
    this.#figures = figures;
    this.#logger = world.logger;
  }

  tell(partition: number, sequence: number, rejections: readonly Rejection[]): void {
    for (const rejection of rejections) {
      const { reason } = rejection;
      this.#figures.rejected.add(1, { reason });
      if (this.#waiting.length < WAITING_MAX)
        this.#waiting.push({ partition, sequence, rejection });
      else this.#figures.rejectedLost.add(1, { reason });
    }
    if (this.#waiting.length > 0) this.#publishing ??= this.#publish();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#publishing;
  }

  async #publish(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await Promise.all(batch.map((waiting) => this.#publishOne(waiting)));
    }
    this.#publishing = undefined;
  }

  async #publishOne({ partition, sequence, rejection }: Waiting): Promise<void> {
    const { reason, detail } = rejection;
    const body = Buffer.from(JSON.stringify({ partition, sequence, reason, detail }));
    const outcome = await this.#world.log.append(rejectedSubject(reason), body);
    if (outcome.kind === 'stored') return;
    this.#figures.rejectedLost.add(1, { reason });
    this.#logger.warn('a rejection was not published', { partition, sequence, reason });
  }
}
