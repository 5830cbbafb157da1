import type { Redis } from 'ioredis';
import { isObject } from '../../../base/json.ts';
import type { PendingErasure, PendingErasures } from '../../../roles/ports/forgetting.ts';
import { call } from '../connect.ts';
import { erasuresKey } from '../key.ts';

/** A hash for each partition: id → JSON. */
export class RedisPendingErasures implements PendingErasures {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async all(partition: number): Promise<readonly PendingErasure[]> {
    const fields = await call(this.#redis.hgetall(erasuresKey(this.#cluster, partition)));
    return Object.entries(fields).flatMap(([id, text]) => {
      const read = readPending(id, text);
      return read === undefined ? [] : [read];
    });
  }

  async put(partition: number, { id, ...rest }: PendingErasure): Promise<void> {
    await call(this.#redis.hset(erasuresKey(this.#cluster, partition), id, JSON.stringify(rest)));
  }

  async drop(partition: number, id: string): Promise<void> {
    await call(this.#redis.hdel(erasuresKey(this.#cluster, partition), id));
  }
}

/** @returns undefined for what a later version has written */
function readPending(id: string, text: string): PendingErasure | undefined {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) return undefined;
  const { kind, customers, from, to, noticeUntil, since } = value;
  if (kind === 'file') return typeof since === 'number' ? { id, kind, since } : undefined;
  if (typeof from !== 'number' || typeof to !== 'number') return undefined;
  if (kind === 'stragglers') return { id, kind, from, to };
  if (kind !== 'customers' || !Array.isArray(customers)) return undefined;
  return {
    id,
    kind,
    customers: customers.map(String),
    from,
    to,
    noticeUntil: typeof noticeUntil === 'number' ? noticeUntil : undefined,
  };
}
