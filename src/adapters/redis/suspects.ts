import type { Redis } from 'ioredis';
import type { Suspects } from '../../roles/ports/store.ts';
import { call } from './connect.ts';
import { suspectsKey } from './key.ts';

/** A hash for each partition: message → how often it could not be applied. */
export class RedisSuspects implements Suspects {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async attempts(partition: number): Promise<ReadonlyMap<string, number>> {
    const fields = await call(this.#redis.hgetall(suspectsKey(this.#cluster, partition)));
    return new Map(Object.entries(fields).map(([message, count]) => [message, Number(count)]));
  }

  async add(partition: number, message: string, times: number): Promise<number> {
    return call(this.#redis.hincrby(suspectsKey(this.#cluster, partition), message, times));
  }
}
