import type { Effect } from '../../src/engine/effect.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import { querySubject } from '../../src/wire/subject.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

/*
 * Holds what was published, and what owners answer, against what it should be, when nothing is
 * under way any more.
 */

/** Ticks come when a timer is due; one may be lost and sent again. */
const LATE_MS = 5_000;

/** Whether all that the log of a partition says is published. */
export function isAllSaid({ judge, truth, lineages, world, eventsStream }: Site): boolean {
  if (judge.truth !== undefined) return judge.n === truth.n;
  const { lastSequence, messages } = world.broker.stream(eventsStream);
  return lineages.position === lastSequence && lineages.check(messages).length === 0;
}

/** Why not all is said; empty when it is. */
export function whyNot(site: Site): string {
  const { judge, truth, lineages, world, houses, eventsStream } = site;
  if (!houses.some(({ owner }) => owner.isLive())) return `none of ${houses.length} owners is live`;
  if (isAllSaid(site)) return '';
  if (judge.truth !== undefined) return `published is ${judge.n}, the log says ${truth.n}`;
  const { lastSequence, messages } = world.broker.stream(eventsStream);
  const wrong = lineages.check(messages).join('; ');
  return `read up to ${lineages.position} of ${lastSequence}; ${wrong}`;
}

export async function compare(world: World): Promise<void> {
  for (const site of world.sites) await compareSite(site);
  await world.joining?.compare();
}

async function compareSite(site: Site): Promise<void> {
  const { judge, lineages, truth, world, eventsStream } = site;
  const { counts } = await ask(site);
  if (site.missesAlarm) judge.say('what was lost was passed over in silence');
  if (judge.truth === undefined) {
    const { messages } = world.broker.stream(eventsStream);
    for (const wrong of lineages.check(messages)) judge.say(wrong);
    for (const [id, { members }] of lineages.engine()?.counts() ?? [])
      if (counts[id]?.members !== members) judge.say(`${id} counts ${counts[id]?.members}`);
    return;
  }
  if (truth.nextDueAt < world.now - LATE_MS) judge.say('time stands still: a timer has not fired');
  if (!truth.hasDefinitions(world.definitions)) judge.say('the definitions are not in force');
  // A log alone does not say who has been joined with whom from another one.
  if (world.joining === undefined) compareWithModel(site, counts);
}

function compareWithModel({ judge, truth }: Site, counts: PartitionStatus['counts']): void {
  const model = truth.model();
  const published = publishedMembers(judge.records.flatMap(({ items }) => items));
  for (const { id } of truth.definitions?.segments ?? []) {
    const wanted = [...model.members(id)].toSorted().join();
    const found = [...(published.get(id) ?? [])].toSorted().join();
    if (found !== wanted) judge.say(`members of ${id}: published ${found}, by the model ${wanted}`);
    const { members = 0 } = counts[id] ?? {};
    if (members !== model.members(id).size) judge.say(`${id} counts ${members}, not ${wanted}`);
  }
}

async function ask({ houses, partition }: Site): Promise<PartitionStatus> {
  const house = houses.find(({ owner }) => owner.isLive());
  const body = Buffer.from(JSON.stringify({ type: 'status' }));
  const answer = await house?.bus.request(querySubject(partition), body);
  return JSON.parse(Buffer.from(answer ?? []).toString()) as PartitionStatus; // its own answer
}

/** Members by segment, as who has followed all transitions knows them. */
export function publishedMembers(items: readonly Effect[]): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>();
  for (const item of items) {
    if (item.kind !== 'entry' && item.kind !== 'exit') continue;
    const known = members.get(item.segment) ?? new Set();
    members.set(item.segment, known);
    if (item.kind === 'entry') known.add(item.customer);
    else known.delete(item.customer);
  }
  return members;
}
