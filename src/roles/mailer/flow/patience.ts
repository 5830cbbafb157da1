import { ShoalError } from '../../../base/error.ts';
import type { DurationMs } from '../../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';

/** Thrown out of a wait when the mailer stops. No failure: the work is done after the restart. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

const FIRST_WAIT_MS: DurationMs = 100;
const LONGEST_WAIT_MS: DurationMs = 5_000;

/** Waits for what is away, until it is there or the mailer stops. */
export class Patience {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stop: AbortSignal;

  constructor(clock: Clock, logger: Logger, stop: AbortSignal) {
    this.#clock = clock;
    this.#logger = logger;
    this.#stop = stop;
  }

  /**
   * Runs until it does not fail with an error whose remedy is `retry`. It may run several times,
   * also after it has worked without our hearing of it. It runs once even when the mailer is
   * stopping, so that what is known can still be written down.
   *
   * @throws Stopped when it failed and the mailer stops; every other error as it comes
   */
  async until<T>(run: () => Promise<T>): Promise<T> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
        if (waitMs === FIRST_WAIT_MS || waitMs === LONGEST_WAIT_MS) {
          this.#logger.warn('the mailer waits', { code: error.code, where: error.where });
        }
      }
      await this.sleep(waitMs);
    }
  }

  /** @throws Stopped */
  async sleep(ms: DurationMs): Promise<void> {
    this.check();
    try {
      await this.#clock.sleep(ms, this.#stop);
    } catch (error) {
      this.check();
      throw error;
    }
    this.check();
  }

  /** Whether the mailer has been told to stop. */
  get isOver(): boolean {
    return this.#stop.aborted;
  }

  /** @throws Stopped when the mailer has been told to stop */
  check(): void {
    if (this.#stop.aborted) throw new Stopped();
  }
}
