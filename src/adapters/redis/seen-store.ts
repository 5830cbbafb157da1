import type { Redis } from 'ioredis';
import type { SeenStore } from '../../roles/ports/store.ts';
import { call } from './connect.ts';
import { seenKey } from './key.ts';

/** What was seen of each partition's events, a key each. */
export class RedisSeenStore implements SeenStore {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async load(partition: number): Promise<Uint8Array | undefined> {
    return (await call(this.#redis.getBuffer(seenKey(this.#cluster, partition)))) ?? undefined;
  }

  async save(partition: number, bytes: Uint8Array): Promise<void> {
    await call(this.#redis.set(seenKey(this.#cluster, partition), Buffer.from(bytes)));
  }
}
