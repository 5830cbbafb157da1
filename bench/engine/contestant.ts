import { Partition } from '../../src/engine/partition.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { fnv1a32 } from '../../src/base/hash.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { NaiveScan } from './naive.ts';
import { definitionsOf, rulesOf, Stream, type Load } from './world.ts';

/*
 * One contestant, in a process of its own so that no other shares its heap or the code that was
 * made for it. It does what it is told, one thing at a time; see `arena.ts`.
 */

export type Who = 'engine' | 'naive';

export type Request =
  | { readonly do: 'warm'; readonly events: number }
  | { readonly do: 'round'; readonly events: number }
  | { readonly do: 'end' }
  | { readonly do: 'memory' };

/** What two contestants must agree on. */
export interface End {
  /** Members of each segment once all that was due has happened. */
  readonly members: readonly number[];
  /** Of the entries and exits of each customer, in their order. */
  readonly digest: number;
}

/** As the owner reads them from its log. */
const BATCH = 256;
/** Asking for the time that was used takes some itself. */
const BATCHES_AT_ONCE = 20;
/** Longer than a batch lasts: so each event is applied at its own instant, as in a live stream. */
const GRACE_MS = 600_000;

/** A transition as text, by customer. */
type Told = readonly [customer: string, text: string];

interface Contestant {
  /** @returns what gives the transitions of these events, for those who ask */
  apply(events: readonly CustomerEvent[]): () => Told[];
  /** Applies all that is due by an instant. */
  moveTo(at: number): () => Told[];
  members(): number[];
  memory(): unknown;
}

function engine(load: Load): Contestant {
  const settings = {
    clock: 'broker',
    graceMs: GRACE_MS,
    dedupWindowMs: 600_000,
    dedupIdsMax: 100_000,
    partitions: 1,
  } as const;
  const partition = new Partition(settings);
  const definitions = definitionsOf(load);
  partition.apply({ storedAt: 0, body: { kind: 'define', definitions } });
  return {
    apply: (events) => {
      const storedAt = events.at(-1)?.at ?? 0;
      const outputs = partition.apply({
        storedAt,
        body: { kind: 'events', events, history: false },
      });
      return () => outputs.flatMap(toldOf);
    },
    moveTo: (at) => {
      const outputs = partition.apply({ storedAt: at + GRACE_MS, body: { kind: 'tick' } });
      return () => outputs.flatMap(toldOf);
    },
    members: () => {
      const counts = partition.counts();
      return definitions.segments.map(({ id }) => counts.get(id)?.members ?? 0);
    },
    memory: () => partition.questions.memory(),
  };
}

function naive(load: Load): Contestant {
  const scan = new NaiveScan(rulesOf(load));
  const ids = definitionsOf(load).segments.map(({ id }) => id);
  const told = (events: readonly CustomerEvent[]) => {
    const transitions = scan.apply(events);
    return () =>
      transitions.map(({ at, customer, kind, rule }): Told => {
        return [customer, `${at} ${kind} ${ids[rule]}`];
      });
  };
  return {
    apply: told,
    moveTo: (at) => {
      scan.moveTo(at);
      return told([]);
    },
    members: () => scan.members,
    memory: () => undefined,
  };
}

function toldOf({ effect }: Output): Told[] {
  if (effect.kind !== 'entry' && effect.kind !== 'exit') return [];
  return [[effect.customer, `${effect.at} ${effect.kind} ${effect.segment}`]];
}

/** The hash of what was told of each customer, in its order. */
class Digest {
  readonly #ofCustomer = new Map<string, number>();

  add(told: readonly Told[]): void {
    for (const [customer, text] of told) {
      const before = this.#ofCustomer.get(customer) ?? 0;
      this.#ofCustomer.set(customer, fnv1a32(`${before} ${text}`));
    }
  }

  get value(): number {
    let sum = 0;
    for (const [customer, hash] of this.#ofCustomer) {
      sum = (sum + fnv1a32(`${customer} ${hash}`)) >>> 0;
    }
    return sum;
  }
}

function batchesOf(events: readonly CustomerEvent[]): CustomerEvent[][] {
  const count = Math.ceil(events.length / BATCH);
  return Array.from({ length: count }, (_, i) => events.slice(i * BATCH, (i + 1) * BATCH));
}

/** A round's figure is CPU time an event, µs: that of the garbage collector's threads is in it. */
function enter(who: Who, load: Load): (request: Request) => unknown {
  const stream = new Stream(load);
  const contestant = who === 'engine' ? engine(load) : naive(load);
  const digest = new Digest();
  let lastAt = 0;
  const feed = (events: readonly CustomerEvent[]): number => {
    const batches = batchesOf(events);
    lastAt = events.at(-1)?.at ?? lastAt;
    globalThis.gc?.();
    let micros = 0;
    while (batches.length > 0) {
      const some = batches.splice(0, BATCHES_AT_ONCE);
      const before = process.cpuUsage();
      const told = some.map((batch) => contestant.apply(batch));
      const { user, system } = process.cpuUsage(before);
      micros += user + system;
      for (const tell of told) digest.add(tell());
    }
    return micros / events.length;
  };
  return (request) => {
    switch (request.do) {
      case 'warm':
        feed([...stream.introductions()]);
        return feed(stream.take(request.events));
      case 'round':
        return feed(stream.take(request.events));
      case 'end': {
        digest.add(contestant.moveTo(lastAt)());
        const end: End = { members: contestant.members(), digest: digest.value };
        return end;
      }
      case 'memory':
        return contestant.memory();
    }
  };
}

const [, , who = '', load = ''] = process.argv;
// Both were written by `arena.ts`, and so are the requests.
const answer = enter(who as Who, JSON.parse(load) as Load);
process.on('message', (request) => process.send?.({ answer: answer(request as Request) }));
