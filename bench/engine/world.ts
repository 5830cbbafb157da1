import { UTC } from '../../src/base/zone.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '../../src/base/time.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { EventCondition, Filter, Rule, Segment } from '../../src/rules/rule.ts';

/*
 * Made-up segments and made-up events, the same for the same load: a seeded generator and no clock.
 */

/** How many rules an event matches: always five, or one in twenty of them all. */
export type Match = 'five' | 'growing';

/** What the rules measure: counts alone, or counts, sums, averages, totals and latest events. */
export type Kinds = 'counts' | 'mixed';

export interface Load {
  readonly match: Match;
  readonly kinds: Kinds;
  readonly rules: number;
  readonly customers: number;
  readonly hasMessageIds: boolean;
  /** Each customer's events are of so many topics, their own; undefined: of all alike. */
  readonly interests?: number | undefined;
}

const NAMES = 20;
const WINDOWS_MS = [HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS];
const THRESHOLDS = [1, 2, 3, 5, 8];
const START_AT = Date.UTC(2026, 0, 1);
/** From one event to the next, in stream time: whole seconds, so that the naive scan is exact. */
const STEP_MS = 2_000;

interface Topic {
  readonly event: string;
  /** Undefined where rules ask for the name alone. */
  readonly category: string | undefined;
}

function topics({ match, rules }: Load): Topic[] {
  const count = match === 'five' ? Math.max(1, rules / 5) : NAMES;
  return Array.from({ length: count }, (_, i) => ({
    event: `Event ${i % NAMES}`,
    category: match === 'five' ? `category-${Math.floor(i / NAMES)}` : undefined,
  }));
}

/** Rule `i` asks about topic `i mod topics`; no two rules are equal. */
export function rulesOf(load: Load): EventCondition[] {
  const all = topics(load);
  return Array.from({ length: load.rules }, (_, i) => {
    const { event, category } = all[i % all.length] ?? { event: '', category: undefined };
    const turn = Math.floor(i / all.length);
    const fromMs = (WINDOWS_MS[turn % 5] ?? 0) + Math.floor(turn / 5) * MINUTE_MS;
    return {
      kind: 'event',
      events: [event],
      where: category === undefined ? [] : isCategory(category),
      window: { kind: 'rolling', fromMs, toMs: 0 },
      measure: { of: 'count' },
      comparison: { op: 'atLeast', value: THRESHOLDS[(i + turn) % 5] ?? 1 },
    };
  });
}

function isCategory(category: string): Filter {
  return [{ path: ['category'], matcher: [{ op: 'in', values: [category] }] }];
}

/** The same question, asked with another measure: of five rules of a topic each has another. */
function mixed(rule: EventCondition, turn: number): Rule {
  const { events, where, window } = rule;
  switch (turn % 5) {
    case 0:
      return rule;
    case 1:
      return { ...rule, measure: { of: 'sum', path: [['total']] }, comparison: AT_LEAST_500 };
    case 2:
      return { ...rule, measure: { of: 'average', path: [['total']] }, comparison: AT_LEAST_500 };
    case 3:
      return { ...rule, window: { kind: 'ever' } };
    default:
      return { kind: 'latest', events, where, window, atLeastAgoMs: HOUR_MS, having: [] };
  }
}

const AT_LEAST_500 = { op: 'atLeast', value: 500 } as const;

export function definitionsOf(load: Load): Definitions {
  const turns = topics(load).length;
  const segments = rulesOf(load).map((rule, i): Segment => {
    const id = `segment-${String(i).padStart(5, '0')}`;
    const turn = Math.floor(i / turns);
    return { id, name: id, rule: load.kinds === 'mixed' ? mixed(rule, turn) : rule };
  });
  return { segments, campaigns: [], zone: UTC };
}

/** An endless stream of events, each at the same distance from the one before. */
export class Stream {
  readonly #load: Load;
  readonly #topics: readonly Topic[];
  readonly #random = mulberry32(1);
  #at: EpochMs = START_AT;
  #made = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#topics = topics(load);
  }

  /** One event of each customer, which no rule asks about: all are known from then on. */
  *introductions(): Iterable<CustomerEvent> {
    for (let i = 0; i < this.#load.customers; i++) yield this.#event(i, 'Signed Up', 'none');
  }

  /** The next events of a few busy customers and of many quiet ones. */
  take(count: number): CustomerEvent[] {
    return Array.from({ length: count }, () => this.#next(() => this.#customer()));
  }

  /** The next event, of one customer. */
  takeOf(customer: number): CustomerEvent {
    return this.#next(() => customer);
  }

  #next(customerOf: () => number): CustomerEvent {
    const { interests = this.#topics.length } = this.#load;
    const interest = Math.floor(this.#random() * interests);
    const anyCategory = `category-${Math.floor(this.#random() * 50)}`;
    const customer = customerOf();
    const topic = this.#topics[(customer * 613 + interest) % this.#topics.length];
    return this.#event(customer, topic?.event ?? '', topic?.category ?? anyCategory);
  }

  /** By Zipf's law with exponent 1: the k-th busiest of n has a share of 1 / (k · ln n). */
  #customer(): number {
    const { customers } = this.#load;
    const rank = Math.floor(customers ** this.#random()) - 1;
    // Busy customers are anywhere, not those who came first.
    return (rank * 7_919) % customers;
  }

  #event(customer: number, event: string, category: string): CustomerEvent {
    this.#at += STEP_MS;
    this.#made++;
    const total = Math.floor(this.#random() * 100_000) / 100;
    return {
      type: 'track',
      customer: fresh(`customer-${String(customer).padStart(8, '0')}`),
      ...(this.#load.hasMessageIds ? { messageId: fresh(`message-${this.#made}`) } : {}),
      at: this.#at,
      event: fresh(event),
      properties: { category: fresh(category), order_id: this.#made, total, quantity: 1 },
      context: { device: { type: 'mobile' } },
    };
  }
}

/** As a decoder gives it: a text of its own, whose hash nobody knows yet. */
function fresh(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** T. Ettinger's 32-bit generator: small, quick, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
