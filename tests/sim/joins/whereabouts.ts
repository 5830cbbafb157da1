import { partitionOf } from '../../../src/base/hash.ts';
import type { Explanation } from '../../../src/engine/explain/explanation.ts';
import type { Query } from '../../../src/wire/questions/query.ts';
import { querySubject } from '../../../src/wire/subject.ts';
import type { World } from '../world.ts';
import { LATER_DEFINITIONS, ordersOf, PEOPLE, viewsOf } from './people.ts';
import type { Deeds } from './tally.ts';

export interface Whereabouts {
  /** With which customer what somebody has done is counted; undefined when nothing is. */
  homeOf(person: string): string | undefined;
  /** What is wrong with what is counted of a person. */
  check(person: string, deeds: Deeds): string[];
}

/** Asks the owners how much of what each person has done is counted with which customer. */
export async function whereabouts(world: World): Promise<Whereabouts> {
  const hasOrders = world.definitions === LATER_DEFINITIONS;
  const views = new Map<string, ReadonlyMap<string, number>>();
  const totals = new Map<string, ReadonlyMap<string, number>>();
  for (const person of PEOPLE) {
    views.set(person, await counted(world, viewsOf(person)));
    totals.set(person, hasOrders ? await counted(world, ordersOf(person)) : new Map());
  }
  const homesOf = (person: string): Set<string> =>
    new Set([...(views.get(person)?.keys() ?? []), ...(totals.get(person)?.keys() ?? [])]);
  return {
    homeOf: (person) => [...homesOf(person)][0],
    check: (person, deeds) => {
      const homes = [...homesOf(person)];
      const wrong = homes.length > 1 ? [`${person} is counted with ${homes.join()}`] : [];
      wrong.push(...differences(`views of ${person}`, views.get(person), deeds.views));
      if (hasOrders)
        wrong.push(...differences(`orders of ${person}`, totals.get(person), deeds.total));
      return wrong;
    },
  };
}

function differences(
  what: string,
  found: ReadonlyMap<string, number> = new Map(),
  wanted: number,
): string[] {
  const sum = [...found.values()].reduce((total, one) => total + one, 0);
  const where = [...found].map(([customer, count]) => `${count} at ${customer}`);
  return sum === wanted ? [] : [`${what}: ${wanted}, counted ${where.join() || 'nothing'}`];
}

/** Per customer: what the condition of a segment has found of theirs, where there is any. */
async function counted(world: World, segment: string): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const customer of PEOPLE) {
    const count = await ask(world, customer, segment);
    if (count > 0) found.set(customer, count);
  }
  return found;
}

async function ask({ sites }: World, customer: string, segment: string): Promise<number> {
  const partition = partitionOf(customer, sites.length);
  const house = sites[partition]?.houses.find(({ owner }) => owner.isLive());
  const query: Query = { type: 'explain', customer, segment };
  const answer = await house?.bus.request(
    querySubject(partition),
    Buffer.from(JSON.stringify(query)),
  );
  const { rule } = JSON.parse(Buffer.from(answer ?? []).toString()) as Explanation; // its own
  if (rule?.kind !== 'condition') return 0;
  const { evidence } = rule;
  if (evidence.kind === 'count') return evidence.count;
  return evidence.kind === 'sum' ? Number(evidence.value ?? 0) : 0;
}
