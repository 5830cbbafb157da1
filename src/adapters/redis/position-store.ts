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
    return numberOf(await call(this.#redis.get(this.#key(reader))));
  }

  async savePosition(reader: string, sequence: number): Promise<void> {
    await call(this.#redis.set(this.#key(reader), String(sequence)));
  }

  async positions(readers: readonly string[]): Promise<number[]> {
    const stored = await call(this.#redis.mget(readers.map((reader) => this.#key(reader))));
    return stored.map(numberOf);
  }

  async savePositions(sequences: ReadonlyMap<string, number>): Promise<void> {
    const saved = [...sequences].flatMap(([reader, sequence]) => {
      return [this.#key(reader), String(sequence)];
    });
    await call(this.#redis.mset(saved));
  }

  #key(reader: string): string {
    return positionKey(this.#cluster, reader);
  }
}

function numberOf(stored: string | null): number {
  return stored === null ? 0 : Number(stored);
}
