import type { Bug } from './bug.ts';
import { compare, isAllSaid, whyNot } from './comparison.ts';
import { planOf, QUIET_MS, type Plan, type Trouble } from './plan.ts';
import { Random } from './random.ts';
import { World } from './world.ts';

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
const LOOK_EVERY_MS = 2_000;

/** Lives a world through: trouble, then peace, an owner that stops in order, one that goes on. */
export async function runSeed(seed: number, bug?: Bug): Promise<Outcome> {
  const random = new Random(seed);
  const plan = planOf(random.fork(), bug?.shownBy);
  const { trouble, faults } = plan;
  const world = new World(random, trouble, bug);
  const unplant = bug?.plant?.();
  for (const { fault, inMs } of faults)
    world.scheduler.after(inMs, () => fault.apply(world.site(random), random));
  try {
    await live(world, plan);
  } finally {
    unplant?.();
  }
  const sum = (of: (site: World['sites'][number]) => number): number =>
    world.sites.reduce((total, site) => total + of(site), 0);
  return {
    seed,
    trouble,
    faults: faults.map(({ fault, inMs }) => `${fault.name} at ${inMs}`),
    violations: world.violations,
    reached: world.reached.toJSON(),
    messages: sum(({ truth }) => truth.lastSequence),
    transitions: sum(({ judge }) => judge.n),
    steps: world.scheduler.steps,
    text: () => world.logger.text(),
  };
}

async function live(world: World, { troubleMs, windowsMs }: Plan): Promise<void> {
  const { scheduler } = world;
  const isOver = (): boolean => world.violations.length > 0 || world.hasHalted;
  for (const site of world.sites) site.startOwner();
  world.startGateways();
  world.joining?.startRelay();
  await scheduler.until(isOver, world.now + troubleMs + QUIET_MS);
  heal(world);
  await scheduler.until(isOver, world.now + QUIET_MS);
  for (const gateway of world.gateways) gateway.stop();
  await scheduler.until(isOver, world.now + windowsMs);
  if (isOver() || !(await rest(world))) return;
  await stopInOrder(world);
  if (isOver()) return;
  for (const site of world.sites) site.startOwner();
  if (await rest(world)) await compare(world);
}

/** From here on nothing more goes wrong; what is under way comes to its end. */
function heal({ broker, sites, fates, gateways, joining }: World): void {
  broker.isAway = false;
  broker.full.clear();
  fates.disarm();
  for (const gateway of gateways) gateway.skewMs = 0;
  for (const { shelf, houses } of sites) {
    shelf.isAway = false;
    for (const { process } of houses) process.skewMs = 0;
  }
  joining?.heal();
}

/** Waits until all that the logs say is published. @returns false when that does not come */
async function rest(world: World): Promise<boolean> {
  const { scheduler, sites } = world;
  let lookAt = 0;
  const isAtRest = (): boolean => {
    if (world.violations.length > 0 || world.hasHalted) return true;
    if (world.now < lookAt) return false;
    lookAt = world.now + LOOK_EVERY_MS;
    const areLive = sites.every(({ houses }) => houses.some(({ owner }) => owner.isLive()));
    return areLive && sites.every(isAllSaid) && world.joining?.hasAllArrived !== false;
  };
  if (!(await scheduler.until(isAtRest, world.now + REST_WITHIN_MS))) {
    const reasons = [...sites.map(whyNot), world.joining?.whyNot ?? ''];
    world.say(`no rest: ${reasons.filter((reason) => reason !== '').join('; ')}`);
  }
  return world.violations.length === 0 && !world.hasHalted;
}

async function stopInOrder(world: World): Promise<void> {
  const { sites, scheduler } = world;
  const houses = sites.flatMap((site) => site.houses);
  for (const site of sites) site.supervise(false);
  let stopped = 0;
  for (const { owner } of houses) void owner.stop().then(() => stopped++);
  await scheduler.until(() => stopped === houses.length, world.now + REST_WITHIN_MS);
  if (stopped < houses.length) world.say('an owner does not stop');
  world.reached.mark('an owner was stopped in order');
  for (const { process } of houses) process.kill();
  for (const site of sites) site.supervise(true);
}
