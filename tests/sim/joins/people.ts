import { partitionOf } from '../../../src/base/hash.ts';
import { UTC } from '../../../src/base/zone.ts';
import type { Definitions } from '../../../src/compile/definitions.ts';
import { parseSegments } from '../../../src/rules/folder.ts';
import type { EventMaker } from '../shop.ts';

/** Enough for chains and circles that go over three logs. */
export const PARTITIONS = 3;

/** Two visitors and a known customer of each partition. */
export const VISITORS = peopleOf('v', 2);
export const KNOWN = peopleOf('k', 1);
export const PEOPLE: readonly string[] = [...VISITORS, ...KNOWN];

function peopleOf(letter: string, count: number): readonly string[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const names = Array.from({ length: 50 }, (_name, i) => `${letter}${i}`);
    return names.filter((name) => isOf(name, partition)).slice(0, count);
  }).flat();
}

function isOf(name: string, partition: number): boolean {
  return partitionOf(name, PARTITIONS) === partition;
}

/** Everybody's events are told apart for ever, whoever they become one with. */
export function viewsOf(person: string): string {
  return `views-${person}`;
}

export function ordersOf(person: string): string {
  return `orders-${person}`;
}

const views = PEOPLE.map((by): [string, string] => [
  viewsOf(by),
  `{ event: Product Viewed, where: { by: ${by} } }`,
]);
const orders = PEOPLE.map((by): [string, string] => [
  ordersOf(by),
  `{ event: Order Completed, where: { by: ${by} }, sum: total, atLeast: 1 }`,
]);
/** So that time alone does something, too. */
const windows: readonly (readonly [string, string])[] = [
  ['recent', '{ event: Product Viewed, within: 8s }'],
  ['quiet', '{ all: [{ event: Product Viewed }, { not: { event: "*", within: 10s } }] }'],
  ['vip', '{ attribute: plan, in: [vip] }'],
];

function definitionsOf(rules: readonly (readonly [string, string])[]): Definitions {
  const sources = rules.map(([id, rule]) => ({
    name: `${id}.yaml`,
    text: `name: ${id}\nrule: ${rule}\n`,
  }));
  return { segments: parseSegments(sources, ''), campaigns: [], zone: UTC };
}

export const JOIN_DEFINITIONS = definitionsOf([...views, ...windows]);
/** Orders are asked for only later: what had been joined before must bring them along. */
export const LATER_DEFINITIONS = definitionsOf([...views, ...orders, ...windows]);

/**
 * What comes to the logs: to that of a partition what everybody does who lives there. Now and then
 * two say at once that they are the other.
 *
 * @returns by partition
 */
export function travelEvents(): (partition: number) => EventMaker {
  /** Who is to say next that they are somebody, by who that is. */
  const replies = new Map<string, string>();
  return (partition) => {
    const people = PEOPLE.filter((name) => isOf(name, partition));
    const known = KNOWN.filter((name) => isOf(name, partition));
    return (random, now) => {
      const at = now() - (random.chance(0.1) ? random.between(0, 20_000) : 0);
      const base = { at, context: {} };
      const reply = known.find((name) => replies.has(name));
      const lot = random.next();
      if (reply !== undefined || lot < 0.015) {
        const customer = reply ?? random.pick(known);
        const others = (random.chance(0.6) ? KNOWN : PEOPLE).filter((name) => name !== customer);
        const anonymousId = replies.get(customer) ?? random.pick(others);
        replies.delete(customer);
        if (reply === undefined && KNOWN.includes(anonymousId)) replies.set(anonymousId, customer);
        return { ...base, customer, anonymousId, type: 'alias', event: '', properties: {} };
      }
      if (lot < 0.06) {
        const properties = { plan: random.pick(['vip', 'free']) };
        const both = { customer: random.pick(known), anonymousId: random.pick(VISITORS) };
        return { ...base, ...both, type: 'identify', event: '$identify', properties };
      }
      const by = random.pick(people);
      const who = { customer: by, anonymousId: VISITORS.includes(by) ? by : undefined };
      if (lot < 0.7) {
        return { ...base, ...who, type: 'track', event: 'Product Viewed', properties: { by } };
      }
      const properties = { by, total: random.between(1, 9) };
      return { ...base, ...who, type: 'track', event: 'Order Completed', properties };
    };
  };
}
