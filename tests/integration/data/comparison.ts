import { expect } from 'vitest';
import { archiveFiles } from '../../../src/app/backtest/archive-files.ts';
import type { EventArchive } from '../../../src/app/backtest/event-archive.ts';
import { replay, spanOf } from '../../../src/app/backtest/replay.ts';
import { digestOf, Roll } from '../../../src/app/backtest/roll.ts';
import { VirtualEngine } from '../../../src/app/backtest/virtual-engine.ts';
import { zoneOf } from '../../../src/app/zone.ts';
import { assert } from '../../../src/base/assert.ts';
import { fnv1a32 } from '../../../src/base/hash.ts';
import { parseDuration, type EpochMs } from '../../../src/base/time.ts';
import type { Segment } from '../../../src/rules/rule.ts';
import { isMember } from '../../model/holds.ts';
import type { KnownEvent } from '../../model/view.ts';
import { segmentsOf, type DataSet } from './data-set.ts';

/** How many times the model recounts a rule of a customer, about, beside the end. */
const RECOUNTS = 250_000;
/** How many real events the instants are near to, some of which may have one time. */
const EVENTS = 15;
/** How many ends of windows are looked at, at least. */
const WINDOW_ENDS = 30;

/** What a comparison has looked at. */
export interface Compared {
  readonly events: number;
  readonly customers: number;
  /** At how many instants some of the customers, at least, were compared one by one. */
  readonly instants: number;
  readonly compared: number;
  /** Of all customers, in per cent, at the last event. */
  readonly shares: ReadonlyMap<string, number>;
}

/** Runs a file through `backtest`'s engine, and holds the naive model against it. */
export async function compareFile(set: DataSet, file: string): Promise<Compared> {
  const archive = await archiveFiles([file], {
    malformed: (_file, line, reason) => expect.unreachable(`line ${line}: ${reason}`),
    read: () => {},
  });
  const span = spanOf(archive);
  assert(span !== undefined, 'there are events');
  const segments = segmentsOf(set);
  const zone = zoneOf(set.zone, span.lastAt);
  const engine = new VirtualEngine({ segments, campaigns: [], zone }, span.firstAt);
  const customers = customersOf(archive);
  const picked = pickEvents(archive);
  const instants = instantsNear(picked, set);
  const stride = Math.ceil((customers.size * instants.length * segments.length) / RECOUNTS);
  const chosen = new Set(
    [...customers.keys()].filter((customer) => fnv1a32(customer) % stride === 0),
  );
  for (const { customer } of picked) chosen.add(customer);

  const model = new Recount(segments, set.zone, customers);
  const roll = new Roll(engine.state);
  const places = engine.state.plan.segments.map(({ id }, place) => ({ id, place }));
  const shares = new Map<string, number>();
  const answers = [...new Set([...instants, span.lastAt])].toSorted((a, b) => a - b);
  await replay(
    archive,
    engine,
    { answers, endAt: Math.max(...answers) },
    {
      answer: async (at) => {
        for (const { id, place } of places) {
          const found = roll.idsOf(place);
          const where = `${id} at ${new Date(at).toISOString()}`;
          const some = found.filter((customer) => chosen.has(customer));
          expect(new Set(some), where).toEqual(new Set(model.members(id, chosen, at)));
          if (at !== span.lastAt) continue;
          expect(roll.digestOf(place), where).toBe(
            digestOf(model.members(id, customers.keys(), at)),
          );
          shares.set(id, (100 * found.length) / customers.size);
        }
      },
      progress: async () => {
        engine.takeTransitions();
      },
    },
  );
  const compared = chosen.size;
  return {
    events: archive.count,
    customers: customers.size,
    instants: answers.length,
    compared,
    shares,
  };
}

type Customers = ReadonlyMap<string, readonly KnownEvent[]>;

function customersOf(archive: EventArchive): Customers {
  const customers = new Map<string, KnownEvent[]>();
  for (const n of Array.from(archive.inOrder())) {
    const event = archive.eventOf(n);
    const known = customers.get(event.customer);
    if (known === undefined) customers.set(event.customer, [{ event, at: event.at }]);
    else known.push({ event, at: event.at });
  }
  return customers;
}

interface Picked {
  readonly at: EpochMs;
  readonly customer: string;
}

/** Real events, evenly spread over the file. */
function pickEvents(archive: EventArchive): Picked[] {
  const order = archive.inOrder();
  return Array.from({ length: EVENTS }, (_, i) => {
    const n = order[Math.floor(((i + 0.5) * archive.count) / EVENTS)] ?? 0;
    const { at, customer } = archive.eventOf(n);
    return { at, customer };
  });
}

/** When events come, and when they leave each window: the very millisecond and the one before. */
function instantsNear(picked: readonly Picked[], { windows }: DataSet): EpochMs[] {
  const windowsMs = windows.map((window) => parseDuration(window));
  const times = [...new Set(picked.map(({ at }) => at))];
  const perTime = Math.ceil(WINDOW_ENDS / times.length);
  const instants = times.flatMap((at, i) => {
    const ends = Array.from({ length: perTime }, (_, k) => {
      const windowMs = windowsMs[(i * perTime + k) % windowsMs.length];
      assert(windowMs !== undefined, 'windows are durations');
      return at + windowMs;
    });
    return [at - 1, at, ...ends.flatMap((end) => [end - 1, end])];
  });
  return [...new Set(instants)];
}

/** The naive model, of events that all came in time. */
class Recount {
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #zone: string;
  readonly #customers: Customers;

  constructor(segments: readonly Segment[], zone: string, customers: Customers) {
    this.#segments = new Map(segments.map((segment) => [segment.id, segment]));
    this.#zone = zone;
    this.#customers = customers;
  }

  /** Those of some customers who are members, by the bytes of their ids. */
  members(id: string, among: Iterable<string>, at: EpochMs): string[] {
    const rule = this.#segments.get(id)?.rule;
    assert(rule !== undefined, 'the segment exists');
    const [segments, zone] = [this.#segments, this.#zone];
    return [...among]
      .filter((customer) => {
        const events = this.#customers.get(customer) ?? [];
        return isMember(rule, { customer, events, at, segments, zone });
      })
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}
