import type { Redis } from 'ioredis';
import type { CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type {
  Claim,
  Claimed,
  Consent,
  ConsentScope,
  Ledger,
  LedgerPage,
  LetterEntry,
  LetterWrite,
} from '../../roles/ports/ledger.ts';
import { call } from './connect.ts';
import { mailPageKey, mailPagePattern } from './key.ts';
import { readConsent, readEntry } from './ledger-entry.ts';
import { CLAIM, PAGE, PRUNE, PUT } from './ledger-scripts.ts';

const LETTER = 'm:';
const CONSENT = 'c:';
/** How many keys one step of a scan looks at, about. */
const SCAN_COUNT = 500;

interface Found {
  readonly customer?: CustomerId | undefined;
  readonly letter: string;
  readonly entry: LetterEntry;
}

/**
 * A hash a customer: fields `m:<letter>` and `c:<scope>`, JSON each, beside `id`, the customer, so
 * that a list can name them.
 */
export class RedisLedger implements Ledger {
  readonly #redis: Redis;
  readonly #cluster: string;
  #losses = 0;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
    // At its loss, so that no command can use the next connection before the number has changed.
    redis.on('close', () => (this.#losses += 1));
  }

  connection(): number {
    return this.#losses;
  }

  async page(customer: CustomerId): Promise<LedgerPage> {
    const answer: unknown = await this.#run(PAGE, customer);
    const [readAt, fields] = listOf(answer);
    const letters = new Map<string, LetterEntry>();
    const consents = new Map<ConsentScope, Consent>();
    for (const [field, value] of pairsOf(listOf(fields))) {
      if (field.startsWith(LETTER)) letters.set(field.slice(LETTER.length), readEntry(value));
      const consent = field.startsWith(CONSENT) ? readConsent(value) : undefined;
      if (consent !== undefined) consents.set(field.slice(CONSENT.length), consent);
    }
    return { letters, consents, readAt: Number(readAt) };
  }

  async claim(claim: Claim): Promise<Claimed> {
    const { customer, letter, campaign, at, isMarketing, writer, holdMs, consent, caps } = claim;
    const intent = { campaign, state: 'intent', revision: 1, at, isMarketing, writer };
    const limits = caps.flatMap(({ max, since }) => [max, since]);
    const values = [LETTER + letter, JSON.stringify(intent), holdMs, customer, consent, ...limits];
    const [kind, entry, heldMs] = listOf(await this.#run(CLAIM, customer, values));
    switch (kind) {
      case 'claimed':
        return { kind, entry: readEntry(String(entry)) };
      case 'taken':
        return { kind, entry: readEntry(String(entry)), heldMs: Number(heldMs) };
      case 'unsubscribed':
      case 'no-consent':
        return { kind: 'refused', reason: kind };
      default:
        return { kind: 'refused', reason: 'frequency-cap' };
    }
  }

  async put({ customer, letter, entry, holdMs = 0 }: LetterWrite): Promise<LetterEntry> {
    const { heldUntil: _, ...written } = entry;
    const values = [LETTER + letter, JSON.stringify(written), holdMs, customer];
    return readEntry(String(await this.#run(PUT, customer, values)));
  }

  /** What is written meanwhile may be among them or not; one may come twice. */
  async *letters(): AsyncGenerator<Found> {
    for await (const keys of this.#keys()) {
      const pages = await Promise.all(keys.map((key) => call(this.#redis.hgetall(key))));
      for (const { id: customer, ...fields } of pages) {
        for (const [field, value] of Object.entries(fields)) {
          if (!field.startsWith(LETTER)) continue;
          yield { customer, letter: field.slice(LETTER.length), entry: readEntry(value) };
        }
      }
    }
  }

  async prune(before: EpochMs): Promise<number> {
    let dropped = 0;
    for await (const keys of this.#keys()) {
      // One page after the other: a mailer at work waits for none of this.
      for (const key of keys)
        dropped += Number(await call(this.#redis.eval(PRUNE, 1, key, before)));
    }
    return dropped;
  }

  async *#keys(): AsyncGenerator<string[]> {
    const pattern = mailPagePattern(this.#cluster);
    let cursor = '0';
    do {
      const [next, keys] = await call(
        this.#redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT, 'TYPE', 'hash'),
      );
      yield keys;
      cursor = next;
    } while (cursor !== '0');
  }

  async #run(
    script: string,
    customer: CustomerId,
    values: readonly (string | number)[] = [],
  ): Promise<unknown> {
    const key = mailPageKey(this.#cluster, customer);
    return call(this.#redis.eval(script, 1, key, ...values));
  }
}

function listOf(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [];
}

/** Fields and values take turns. */
function pairsOf(list: readonly unknown[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < list.length; i += 2) pairs.push([String(list[i]), String(list[i + 1])]);
  return pairs;
}
