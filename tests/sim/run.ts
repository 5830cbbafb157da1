import type { Effect } from '../../src/engine/effect.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import { eventsStream, querySubject } from '../../src/wire/subject.ts';
import type { Bug } from './bug.ts';
import { planOf, QUIET_MS, TROUBLE_MS, type Trouble } from './plan.ts';
import { Random } from './random.ts';
import { PARTITION, World } from './world.ts';

/** What one seed led to. */
export interface Outcome {
  readonly seed: number;
  readonly trouble: Trouble;
  readonly faults: readonly string[];
  /** Empty when all is well. */
  readonly violations: readonly string[];
  readonly reached: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly transitions: number;
  readonly steps: number;
  /** What the processes logged. */
  readonly text: () => string;
}

const REST_WITHIN_MS = 60_000;
/** Ticks come when a timer is due; one may be lost and sent again. */
const LATE_MS = 5_000;
const LOOK_EVERY_MS = 500;
/** In the longest window of a rule, with its grace, time alone has done all that it can do. */
const WINDOWS_MS = 27_000;

/** Lives a world through: trouble, then peace, an owner that stops in order, one that goes on. */
export async function runSeed(seed: number, bug?: Bug): Promise<Outcome> {
  const random = new Random(seed);
  const { trouble, faults } = planOf(random.fork(), bug?.shownBy);
  const world = new World(random, trouble === 'log', bug);
  const unplant = bug?.plant?.();
  for (const { fault, inMs } of faults)
    world.scheduler.after(inMs, () => fault.apply(world, random));
  try {
    await live(world);
  } finally {
    unplant?.();
  }
  return {
    seed,
    trouble,
    faults: faults.map(({ fault, inMs }) => `${fault.name} at ${inMs}`),
    violations: world.judge.violations,
    reached: world.reached.toJSON(),
    messages: world.truth.lastSequence,
    transitions: world.judge.n,
    steps: world.scheduler.steps,
    text: () => world.logger.text(),
  };
}

async function live(world: World): Promise<void> {
  const { judge, scheduler } = world;
  const isOver = (): boolean => judge.violations.length > 0 || world.hasHalted;
  world.startOwner();
  world.startGateways(2);
  await scheduler.until(isOver, world.now + TROUBLE_MS + QUIET_MS);
  heal(world);
  await scheduler.until(isOver, world.now + QUIET_MS);
  for (const gateway of world.gateways) gateway.stop();
  await scheduler.until(isOver, world.now + WINDOWS_MS);
  if (isOver() || !(await rest(world))) return;
  await stopInOrder(world);
  if (isOver()) return;
  world.startOwner();
  if (await rest(world)) await compare(world);
}

/** From here on nothing more goes wrong; what is under way comes to its end. */
function heal({ broker, shelf, fates, gateways, houses }: World): void {
  broker.isAway = false;
  broker.full.clear();
  shelf.isAway = false;
  fates.disarm();
  for (const gateway of gateways) gateway.skewMs = 0;
  for (const { process } of houses) process.skewMs = 0;
}

/** Waits until all that the log says is published. @returns false when that does not come */
async function rest(world: World): Promise<boolean> {
  const { judge, scheduler } = world;
  let lookAt = 0;
  const isAtRest = (): boolean => {
    if (judge.violations.length > 0 || world.hasHalted) return true;
    if (world.now < lookAt) return false;
    lookAt = world.now + LOOK_EVERY_MS;
    return world.houses.some(({ owner }) => owner.isLive()) && isAllSaid(world);
  };
  if (!(await scheduler.until(isAtRest, world.now + REST_WITHIN_MS))) {
    judge.say(`no rest: ${whyNot(world)}`);
  }
  return judge.violations.length === 0 && !world.hasHalted;
}

function whyNot({ judge, truth, lineages, broker, houses }: World): string {
  if (!houses.some(({ owner }) => owner.isLive())) return `none of ${houses.length} owners is live`;
  if (judge.truth !== undefined) return `published is ${judge.n}, the log says ${truth.n}`;
  const { lastSequence, messages } = broker.stream(eventsStream(PARTITION));
  const wrong = lineages.check(messages).join('; ');
  return `read up to ${lineages.position} of ${lastSequence}; ${wrong}`;
}

function isAllSaid({ judge, truth, lineages, broker }: World): boolean {
  if (judge.truth !== undefined) return judge.n === truth.n;
  const { lastSequence, messages } = broker.stream(eventsStream(PARTITION));
  return lineages.position === lastSequence && lineages.check(messages).length === 0;
}

async function stopInOrder(world: World): Promise<void> {
  const { houses, scheduler, judge } = world;
  world.supervise(false);
  let stopped = 0;
  for (const { owner } of houses) void owner.stop().then(() => stopped++);
  await scheduler.until(() => stopped === houses.length, world.now + REST_WITHIN_MS);
  if (stopped < houses.length) judge.say('an owner does not stop');
  world.reached.mark('an owner was stopped in order');
  for (const { process } of houses) process.kill();
  world.supervise(true);
}

/** Holds what was published, and what the owner answers, against the naive model. */
async function compare(world: World): Promise<void> {
  const { judge, truth, lineages, broker } = world;
  const { counts } = await ask(world);
  if (world.missesAlarm) judge.say('what was lost was passed over in silence');
  if (judge.truth === undefined) {
    const { messages } = broker.stream(eventsStream(PARTITION));
    for (const wrong of lineages.check(messages)) judge.say(wrong);
    for (const [id, { members }] of lineages.engine()?.counts() ?? [])
      if (counts[id]?.members !== members) judge.say(`${id} counts ${counts[id]?.members}`);
    return;
  }
  if (truth.nextDueAt < world.now - LATE_MS) judge.say('time stands still: a timer has not fired');
  if (!truth.hasDefinitions(world.definitions)) judge.say('the definitions are not in force');
  const model = truth.model();
  const published = membersAfter(judge.records.flatMap(({ items }) => items));
  for (const { id } of truth.definitions?.segments ?? []) {
    const wanted = [...model.members(id)].toSorted().join();
    const found = [...(published.get(id) ?? [])].toSorted().join();
    if (found !== wanted) judge.say(`members of ${id}: published ${found}, by the model ${wanted}`);
    const { members = 0 } = counts[id] ?? {};
    if (members !== model.members(id).size) judge.say(`${id} counts ${members}, not ${wanted}`);
  }
}

async function ask({ houses }: World): Promise<PartitionStatus> {
  const house = houses.find(({ owner }) => owner.isLive());
  const body = Buffer.from(JSON.stringify({ type: 'status' }));
  const answer = await house?.bus.request(querySubject(PARTITION), body);
  return JSON.parse(Buffer.from(answer ?? []).toString()) as PartitionStatus; // its own answer
}

/** Members by segment, as who has followed all transitions knows them. */
function membersAfter(items: readonly Effect[]): Map<string, Set<string>> {
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
