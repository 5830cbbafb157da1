import type { Redis } from 'ioredis';
import type { PositionStore } from '../../roles/ports/store.ts';
import { call } from './connect.ts';
import { positionKey } from './key.ts';

/** How far readers have come, a key each. */
export class RedisPositionStore implements PositionStore {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async position(reader: string): Promise<number> {
    const stored = await call(this.#redis.get(positionKey(this.#cluster, reader)));
    return stored === null ? 0 : Number(stored);
  }

  async savePosition(reader: string, sequence: number): Promise<void> {
    await call(this.#redis.set(positionKey(this.#cluster, reader), String(sequence)));
  }
}
