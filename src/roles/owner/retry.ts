import { ShoalError } from '../../base/error.ts';
import type { OwnerWorld } from './world.ts';

export const RETRY_MS = 1_000;

/**
 * Does something again, once a second, as long as it fails with what passes by waiting.
 *
 * @param what names what is waited for, in the log
 * @throws what the action throws when waiting does not help, or the signal's reason
 */
export async function untilAnswered<Result>(
  world: Pick<OwnerWorld, 'clock' | 'logger'>,
  what: string,
  action: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
      if (tries === 0) world.logger.warn(`waiting for ${what}`, { code: error.code });
    }
    await world.clock.sleep(RETRY_MS, signal);
  }
}
