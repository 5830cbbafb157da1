import type { DurationMs } from '../../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoreFile } from '../../ports/forgetting.ts';
import type { Logger } from '../../ports/logger.ts';

/**
 * Has the store write its file anew, for all partitions of an owner, and not too often: it is as
 * large as all states together.
 */
export class FileRewriting {
  readonly #file: StoreFile;
  readonly #world: { readonly clock: Clock; readonly logger: Logger };
  readonly #everyMs: DurationMs;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(
    file: StoreFile,
    world: { readonly clock: Clock; readonly logger: Logger },
    everyMs: DurationMs,
  ) {
    this.#file = file;
    this.#world = world;
    this.#everyMs = everyMs;
  }

  /**
   * @returns false when it is to be asked again later
   * @throws ShoalError `store-away` (retry)
   */
  async isDone(): Promise<boolean> {
    const { clock, logger } = this.#world;
    const now = clock.now();
    if (now - this.#writtenAt < this.#everyMs) return false;
    this.#writtenAt = now;
    const outcome = await this.#file.rewrite();
    if (outcome === 'refused') {
      logger.warn('redis does not write its file anew when asked: it may hold who was forgotten');
    }
    return outcome !== 'busy';
  }
}
