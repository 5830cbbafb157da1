import type { Redis } from 'ioredis';
import { isObject } from '../../base/json.ts';
import type { Ledger, LedgerState } from '../../roles/ports/store.ts';
import { call } from './connect.ts';
import { mailKey } from './key.ts';

const STATES: readonly string[] = [
  'intent',
  'waiting',
  'sent',
  'failed',
  'unknown',
] satisfies LedgerState[];

/** One key a mail, JSON: `{state, atMs, detail}`. The intent is made by one `SET … NX`. */
export class RedisLedger implements Ledger {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async intend(id: string, atMs: number): Promise<boolean> {
    const entry = JSON.stringify({ state: 'intent', atMs });
    return (await call(this.#redis.set(mailKey(this.#cluster, id), entry, 'NX'))) === 'OK';
  }

  async state(id: string): Promise<LedgerState | undefined> {
    const stored = await call(this.#redis.get(mailKey(this.#cluster, id)));
    if (stored === null) return undefined;
    const entry: unknown = JSON.parse(stored);
    const state = isObject(entry) ? entry['state'] : undefined;
    // Of an entry by another version we know only that the mail was begun.
    return isState(state) ? state : 'unknown';
  }

  async settle(id: string, state: LedgerState, detail: string): Promise<void> {
    await call(this.#redis.set(mailKey(this.#cluster, id), JSON.stringify({ state, detail })));
  }
}

function isState(value: unknown): value is LedgerState {
  return typeof value === 'string' && STATES.includes(value);
}
