import type { Redis } from 'ioredis';
import type { CustomerId } from '../../../base/id.ts';
import type { Json, JsonObject } from '../../../base/json.ts';
import type { DurationMs, EpochMs } from '../../../base/time.ts';
import type { Directory } from '../../../roles/ports/directory.ts';
import { call } from '../connect.ts';
import { BAR, MERGE, READ, REPLACE } from './scripts.ts';
import { directoryKey } from '../key.ts';

/** What a customer's key leads to in the end. */
type Found =
  | { readonly kind: 'values'; readonly key: string; readonly fields: readonly string[] }
  | { readonly kind: 'barred' };

/** Which of two values of the same event time wins. */
type Winner = 'later' | 'stored';

/** What stands in the place of values; else a text is the key of whom the customer has joined. */
const BARRED = 'barred';
/** Nobody joins so many one after the other; whoever seems to has come round in a circle. */
const STEPS_MAX = 32;

/**
 * A hash a customer, or a text where there are no values of their own. A field is an attribute, its
 * value the event time, a blank and the value as JSON.
 *
 * 1. Each script touches one key and writes at most once, and may run twice.
 * 2. Values lie under the key at the end of the way; no other key of the way holds any.
 */
export class RedisDirectory implements Directory {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async put(
    customer: CustomerId,
    values: Readonly<Record<string, Json>>,
    at: EpochMs,
  ): Promise<void> {
    const fields = Object.entries(values).flatMap(([name, value]) => [
      name,
      `${at} ${JSON.stringify(value)}`,
    ]);
    await this.#merge(this.#keyOf(customer), fields, 'later');
  }

  async get(customer: CustomerId): Promise<JsonObject> {
    const found = await this.#find(this.#keyOf(customer));
    if (found.kind === 'barred') return {};
    const values: [string, Json][] = [];
    for (let i = 0; i < found.fields.length; i += 2) {
      const [name = '', stored = ''] = found.fields.slice(i, i + 2);
      const value: Json = JSON.parse(stored.slice(stored.indexOf(' ') + 1));
      if (value !== null) values.push([name, value]);
    }
    return Object.fromEntries(values);
  }

  async join(from: CustomerId, into: CustomerId): Promise<void> {
    for (;;) {
      const start = await this.#find(this.#keyOf(from));
      const end = await this.#find(this.#keyOf(into));
      // Who is barred has nothing to bring along; who leads here already would lead in a circle.
      if (start.kind === 'barred' || (end.kind === 'values' && end.key === start.key)) return;
      await this.#merge(this.#keyOf(into), start.fields, 'stored');
      // Nothing that was put meanwhile is lost: then it is looked at again.
      const target = this.#keyOf(into);
      if ((await this.#run(REPLACE, start.key, [target, ...start.fields])) === 1) return;
    }
  }

  async forget(customer: CustomerId, barredMs: DurationMs = 0): Promise<void> {
    await this.#run(BAR, this.#keyOf(customer), [BARRED, barredMs]);
  }

  async #merge(key: string, fields: readonly string[], winner: Winner): Promise<void> {
    let place = key;
    for (let step = 0; step < STEPS_MAX; step++) {
      const next = String(await this.#run(MERGE, place, [winner, ...fields]));
      if (next === '' || next === BARRED) return;
      place = next;
    }
  }

  async #find(key: string): Promise<Found> {
    let place = key;
    for (let step = 0; step < STEPS_MAX; step++) {
      const found = await this.#run(READ, place);
      if (Array.isArray(found)) return { kind: 'values', key: place, fields: found.map(String) };
      if (found === BARRED) break;
      place = String(found);
    }
    return { kind: 'barred' };
  }

  #keyOf(customer: CustomerId): string {
    return directoryKey(this.#cluster, customer);
  }

  #run(script: string, key: string, values: readonly (string | number)[] = []): Promise<unknown> {
    return call(this.#redis.eval(script, 1, key, ...values));
  }
}
