import type { EpochMs } from '../../base/time.ts';

/**
 * The shop's clock: the machine's, or one that runs `speed` times as fast from `startAt` on.
 *
 * @param now the machine's clock, ms since the epoch
 */
export function timeMachine(startAt: EpochMs, speed: number, now: () => EpochMs): () => EpochMs {
  const beganAt = now();
  return () => startAt + Math.round((now() - beganAt) * speed);
}
