import type { Redis } from 'ioredis';
import type { CustomerId } from '../../base/id.ts';
import { isObject } from '../../base/json.ts';
import type { Consent, Consents, ConsentScope } from '../../roles/ports/ledger.ts';
import { call } from './connect.ts';
import { mailPageKey, mailPagePattern } from './key.ts';

/**
 * The later consent wins, and of two of one instant the withdrawal: the order in which they are
 * recorded changes nothing. One write, so that a cut leaves no half of it.
 */
const RECORD = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old then
  local known = cjson.decode(old)
  local at = tonumber(known.at) or 0
  if at > tonumber(ARGV[3]) then return 0 end
  if at == tonumber(ARGV[3]) and (known.state == 'withdrawn' or ARGV[4] == 'given') then
    return 0
  end
end
redis.call('HSET', KEYS[1], 'id', ARGV[5], ARGV[1], ARGV[2])
return 1
`;

/** In a customer's page, before the scope. */
const PREFIX = 'c:';
/** How many keys, or fields of a page, one step of a scan looks at, about. */
const SCAN_COUNT = 500;

interface Known {
  readonly customer: CustomerId;
  readonly scope: ConsentScope;
  readonly consent: Consent;
}

/** Consents in the customers' pages of mail: fields `c:<scope>` with JSON, beside `id`. */
export class RedisConsents implements Consents {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async record(customer: CustomerId, scope: ConsentScope, consent: Consent): Promise<void> {
    const { state, at, source } = consent;
    const key = mailPageKey(this.#cluster, customer);
    const value = JSON.stringify({ state, at, source });
    await call(this.#redis.eval(RECORD, 1, key, PREFIX + scope, value, at, state, customer));
  }

  /** What is recorded meanwhile may be among them or not; one may come twice. */
  async *all(): AsyncGenerator<Known> {
    const pattern = mailPagePattern(this.#cluster);
    let cursor = '0';
    do {
      const [next, keys] = await call(
        this.#redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT, 'TYPE', 'hash'),
      );
      const pages = await Promise.all(keys.map((key) => this.#page(key)));
      yield* pages.flat();
      cursor = next;
    } while (cursor !== '0');
  }

  async #page(key: string): Promise<Known[]> {
    const [customer, fields] = await Promise.all([
      call(this.#redis.hget(key, 'id')),
      this.#consentsIn(key),
    ]);
    if (customer === null) return [];
    return [...fields].flatMap(([scope, stored]) => {
      const consent = read(stored);
      return consent === undefined ? [] : [{ customer, scope, consent }];
    });
  }

  async #consentsIn(key: string): Promise<Map<ConsentScope, string>> {
    const found = new Map<ConsentScope, string>();
    let cursor = '0';
    do {
      const step = this.#redis.hscan(key, cursor, 'MATCH', `${PREFIX}*`, 'COUNT', SCAN_COUNT);
      const [next, entries] = await call(step);
      for (let i = 0; i < entries.length; i += 2) {
        found.set((entries[i] ?? '').slice(PREFIX.length), entries[i + 1] ?? '');
      }
      cursor = next;
    } while (cursor !== '0');
    return found;
  }
}

/** @returns undefined for what another version has written */
function read(stored: string): Consent | undefined {
  const value: unknown = JSON.parse(stored);
  const { state, at, source } = isObject(value) ? value : {};
  if ((state !== 'given' && state !== 'withdrawn') || typeof at !== 'number') return undefined;
  return { state, at, source: typeof source === 'string' ? source : 'unknown' };
}
