import type { Redis } from 'ioredis';
import type { CustomerId } from '../../../base/id.ts';
import type { CustomerStore } from '../../../roles/ports/store.ts';
import { call } from '../connect.ts';
import { mailPageKey } from '../key.ts';

/**
 * Drops customers' pages of mail: their letters and consents. Addresses that must not be mailed
 * stand elsewhere, whoever has them, and stay.
 */
export class RedisMailPages implements CustomerStore {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async forget(customer: CustomerId): Promise<void> {
    await call(this.#redis.del(mailPageKey(this.#cluster, customer)));
  }
}
