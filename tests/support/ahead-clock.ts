import type { Clock } from '../../src/roles/ports/clock.ts';
import { systemClock } from './world.ts';

/** The machine's clock, which a test may set ahead; sleeping takes as long as it does. */
export class AheadClock implements Clock {
  aheadMs = 0;

  now(): number {
    return systemClock.now() + this.aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }
}
