import type { Output } from '../../../engine/numbering.ts';
import type { MessagePlace } from './batch.ts';

/** Lets through what is to be published of what a replay puts out. */
export interface Gate {
  /** True while numbers are not yet what they will be: no checkpoint may be taken. */
  readonly isHolding: boolean;
  /**
   * To be called with all that a message puts out, also with nothing.
   *
   * @returns those that have not been told yet, with the numbers under which they shall be
   * @throws ShoalError `diverged` (stop)
   */
  pass(outputs: readonly Output[], from: MessagePlace): readonly Output[];
  /**
   * To be called when all that the log held at the start has been applied.
   *
   * @throws ShoalError `diverged` (stop) when what has been published has not come up again
   */
  checkReached(n: number): void;
}
