import { Partition } from '../../src/engine/partition.ts';
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
  | { readonly do: 'members' }
  | { readonly do: 'memory' };

/** As the owner reads them from its log. */
const BATCH = 256;
/** Longer than a batch lasts: so each event is applied at its own instant, as in a live stream. */
const GRACE_MS = 600_000;

interface Contestant {
  apply(events: readonly CustomerEvent[]): number;
  /** Members of each segment once all that is due by an instant has happened. */
  membersAt(at: number): number[];
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
      return partition.apply({ storedAt, body: { kind: 'events', events, history: false } }).length;
    },
    membersAt: (at) => {
      partition.apply({ storedAt: at + GRACE_MS, body: { kind: 'tick' } });
      return definitions.segments.map(({ id }) => partition.counts().get(id)?.members ?? 0);
    },
    memory: () => partition.questions.memory(),
  };
}

function naive(load: Load): Contestant {
  const scan = new NaiveScan(rulesOf(load));
  return {
    apply: (events) => scan.apply(events).length,
    membersAt: (at) => {
      scan.moveTo(at);
      return scan.members;
    },
    memory: () => undefined,
  };
}

function batchesOf(events: readonly CustomerEvent[]): CustomerEvent[][] {
  const count = Math.ceil(events.length / BATCH);
  return Array.from({ length: count }, (_, i) => events.slice(i * BATCH, (i + 1) * BATCH));
}

/** A round's figure is CPU time an event, µs: that of the garbage collector's threads is in it. */
function enter(who: Who, load: Load): (request: Request) => unknown {
  const stream = new Stream(load);
  const contestant = who === 'engine' ? engine(load) : naive(load);
  let lastAt = 0;
  const feed = (events: readonly CustomerEvent[]): number => {
    const batches = batchesOf(events);
    lastAt = events.at(-1)?.at ?? lastAt;
    globalThis.gc?.();
    const before = process.cpuUsage();
    for (const batch of batches) contestant.apply(batch);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / events.length;
  };
  return (request) => {
    switch (request.do) {
      case 'warm':
        feed([...stream.introductions()]);
        return feed(stream.take(request.events));
      case 'round':
        return feed(stream.take(request.events));
      case 'members':
        return contestant.membersAt(lastAt);
      case 'memory':
        return contestant.memory();
    }
  };
}

const [, , who = '', load = ''] = process.argv;
// Both were written by `arena.ts`, and so are the requests.
const answer = enter(who as Who, JSON.parse(load) as Load);
process.on('message', (request) => process.send?.({ answer: answer(request as Request) }));
