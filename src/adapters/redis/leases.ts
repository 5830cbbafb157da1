import type { Redis } from 'ioredis';
import type { Leases } from '../../roles/ports/store.ts';
import { call } from './connect.ts';
import { leaseKey } from './key.ts';

/** KEYS: the lease. ARGV: holder, ms, who may be replaced. Answers who holds it now. */
const HOLD = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[3] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
`;

/** KEYS: the lease. ARGV: holder. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`;

/** Leases in Redis: a key each, which expires. Both scripts may run twice. */
export class RedisLeases implements Leases {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async hold(
    partition: number,
    holder: string,
    ttlMs: number,
    instead: string = holder,
  ): Promise<string> {
    const key = leaseKey(this.#cluster, partition);
    return String(await call(this.#redis.eval(HOLD, 1, key, holder, ttlMs, instead)));
  }

  async release(partition: number, holder: string): Promise<void> {
    await call(this.#redis.eval(RELEASE, 1, leaseKey(this.#cluster, partition), holder));
  }
}
