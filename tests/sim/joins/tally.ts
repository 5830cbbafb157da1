import type { CustomerEvent } from '../../../src/rules/event.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import type { World } from '../world.ts';
import { VISITORS } from './people.ts';

/** What one person has done, whoever they are now. */
export interface Deeds {
  readonly views: number;
  /** The sum of their orders. */
  readonly total: number;
}

export interface Tally {
  of(person: string): Deeds;
  /** With whom somebody has said that they are one, as the one who joins. */
  linksOf(person: string): ReadonlySet<string>;
  /** Whether what has been said makes them one, over others too. */
  areLinked(one: string, other: string): boolean;
}

/** Counts what the logs hold, naively: each batch of a producer once. */
export function tallyOf(world: World): Tally {
  const deeds = new Map<string, Deeds>();
  const links = new Map<string, Set<string>>();
  for (const event of eventsOf(world)) {
    const { views, total } = deeds.get(event.customer) ?? NOTHING;
    const isView = event.event === 'Product Viewed';
    const amount = event.event === 'Order Completed' ? Number(event.properties['total']) : 0;
    deeds.set(event.customer, { views: views + (isView ? 1 : 0), total: total + amount });
    const { anonymousId: from = event.customer } = event;
    const isExplicit = event.type === 'alias';
    if (from === event.customer || !(isExplicit || VISITORS.includes(from))) continue;
    links.set(from, (links.get(from) ?? new Set()).add(event.customer));
  }
  const linksOf = (person: string): ReadonlySet<string> => links.get(person) ?? new Set();
  return {
    of: (person) => deeds.get(person) ?? NOTHING,
    linksOf,
    areLinked: (one, other) => reachable(one, undirected(links)).has(other),
  };
}

const NOTHING: Deeds = { views: 0, total: 0 };

function eventsOf({ sites, broker }: World): CustomerEvent[] {
  return sites.flatMap((site) => {
    const stamps = new Set<string>();
    return broker.stream(site.eventsStream).messages.flatMap(({ headers, body }) => {
      const message = decodeLogMessage(headers, body);
      if (message.kind !== 'events') return [];
      const { stamp } = message;
      if (stamp === undefined) return message.events;
      const name = `${stamp.producer}.${stamp.n}`;
      const isRepeat = stamps.has(name);
      stamps.add(name);
      return isRepeat ? [] : message.events;
    });
  });
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

function undirected(links: Graph): Graph {
  const both = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => {
    both.set(from, (both.get(from) ?? new Set()).add(to));
  };
  for (const [from, tos] of links) {
    for (const to of tos) {
      add(from, to);
      add(to, from);
    }
  }
  return both;
}

/** Whoever can be come to, oneself included. */
function reachable(from: string, links: Graph): Set<string> {
  const found = new Set([from]);
  for (const person of found) for (const next of links.get(person) ?? []) found.add(next);
  return found;
}
