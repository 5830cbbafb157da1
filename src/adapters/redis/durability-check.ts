import type { Redis } from 'ioredis';
import { ShoalError } from '../../base/error.ts';
import { call } from './connect.ts';

/** Without them a kill of Redis loses acknowledged checkpoints, or a lack of memory drops them. */
const WANTED = { appendonly: 'yes', 'maxmemory-policy': 'noeviction' } as const;

/**
 * Looks whether Redis keeps what it acknowledges.
 *
 * @throws ShoalError `store-volatile` (stop) with the lines to set
 * @throws ShoalError `store-away` (retry)
 */
export async function checkDurability(redis: Redis): Promise<void> {
  const wrong: string[] = [];
  for (const [setting, wanted] of Object.entries(WANTED)) {
    const answer = await call(redis.config('GET', setting));
    const value = Array.isArray(answer) ? String(answer[1]) : 'unknown';
    if (value !== wanted) wrong.push(`${setting} is "${value}"`);
  }
  if (wrong.length === 0) return;
  const lines = Object.entries(WANTED).map(([setting, wanted]) => `${setting} ${wanted}`);
  throw new ShoalError({
    code: 'store-volatile',
    remedy: 'stop',
    message: `Redis would lose checkpoints: ${wrong.join(', ')}`,
    where: 'redis.conf',
    hint: `set\n    ${lines.join('\n    ')}\n  or allow the loss with --allow-volatile-redis`,
  });
}
