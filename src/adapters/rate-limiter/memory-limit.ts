import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { RateLimiting } from '../../roles/ports/rate-limit.ts';

const SECOND_MS = 1_000;

/** Limits in this process's memory: a name is forgotten when it may go on without them. */
export const memoryLimiting: RateLimiting = (perSecond) => {
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return {
    async waitMs(name) {
      const used = await limiter.get(name);
      // What is over stays for a moment, until its timer comes.
      if (used === null || used.msBeforeNext <= 0 || used.consumedPoints < perSecond)
        return undefined;
      return used.msBeforeNext;
    },

    async charge(name, amount) {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(name, amount);
      if (consumedPoints <= perSecond) return;
      const laterMs = ((consumedPoints - perSecond) / perSecond) * SECOND_MS;
      await limiter.block(name, (msBeforeNext + laterMs) / SECOND_MS);
    },
  };
};
