import type { Redis } from 'ioredis';
import { isObject } from '../../base/json.ts';
import type { Suppression, Suppressions } from '../../roles/ports/ledger.ts';
import { call } from './connect.ts';
import { sha256Hex, suppressedKey } from './key.ts';

/** How many fields one step of a scan looks at, about. */
const SCAN_COUNT = 500;

/** One hash: the field is the SHA-256 of the address in lower case, the value JSON. */
export class RedisSuppressions implements Suppressions {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#key = suppressedKey(cluster);
  }

  async find(address: string): Promise<Suppression | undefined> {
    const stored = await call(this.#redis.hget(this.#key, fieldOf(address)));
    return stored === null ? undefined : read(stored);
  }

  async add({ address, reason, at }: Suppression): Promise<void> {
    const value = JSON.stringify({ address: address.toLowerCase(), reason, at });
    await call(this.#redis.hset(this.#key, fieldOf(address), value));
  }

  async remove(address: string): Promise<boolean> {
    return (await call(this.#redis.hdel(this.#key, fieldOf(address)))) > 0;
  }

  /** What is added or removed meanwhile may be among them or not; one may come twice. */
  async *all(): AsyncGenerator<Suppression> {
    let cursor = '0';
    do {
      const step = this.#redis.hscan(this.#key, cursor, 'COUNT', SCAN_COUNT);
      const [next, entries] = await call(step);
      // Fields and values take turns.
      for (let i = 1; i < entries.length; i += 2) yield read(entries[i] ?? '');
      cursor = next;
    } while (cursor !== '0');
  }
}

function fieldOf(address: string): string {
  return sha256Hex(address.toLowerCase());
}

/** An entry of another version still means that the address must not be mailed. */
function read(stored: string): Suppression {
  const value: unknown = JSON.parse(stored);
  const { address, reason, at } = isObject(value) ? value : {};
  return {
    address: typeof address === 'string' ? address : '',
    reason: typeof reason === 'string' ? reason : 'unknown',
    at: typeof at === 'number' ? at : 0,
  };
}
