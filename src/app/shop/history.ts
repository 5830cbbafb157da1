import { DAY_MS, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { personOf } from './person.ts';
import { Random } from './random.ts';
import { identify, letter, visit, type Scene } from './visit.ts';

export interface ShopSettings {
  /** The same seed gives the same people with the same habits. */
  readonly seed: number;
  /** How many people there are at first. */
  readonly customers: number;
}

const YEAR_MS = 365 * DAY_MS;
const LETTER_EVERY_DAYS = 42;

/**
 * The year before `endAt`: customer after customer, each one's events in the order of time, made
 * while they are read, so that the number of customers costs no memory.
 */
export function* history(shop: ShopSettings, endAt: EpochMs): Generator<CustomerEvent, void> {
  for (let index = 0; index < shop.customers; index++) yield* lifeOf(shop.seed, index, endAt);
}

function lifeOf(seed: number, index: number, endAt: EpochMs): CustomerEvent[] {
  const random = new Random(seed, index * 2 + 1);
  const person = personOf(seed, index, endAt);
  let count = 0;
  const scene: Scene = { person, random, nextId: () => `h-${person.id}-${++count}` };
  // Two of five are there from the beginning of the year, the others came during it.
  const daysHere = random.chance(0.4) ? 351 + random.next() * 14 : random.next() * 360 + 1;
  const startAt = Math.round(endAt - daysHere * DAY_MS);
  const { sleepsAfterDays, visitEveryDays } = person.habit;
  const awakeDays = sleepsAfterDays === undefined ? 365 : random.whole(...sleepsAfterDays);
  const leavesAt = Math.min(endAt, startAt + awakeDays * DAY_MS);

  const events = [identify(scene, startAt, person.traits)];
  events.push(...visit(scene, startAt + 1_000, person.source));
  for (const at of moments(random, startAt, leavesAt, visitEveryDays, endAt)) {
    events.push(...visit(scene, at, random.chance(0.4) ? person.source : undefined));
  }
  for (const at of moments(random, startAt, endAt, LETTER_EVERY_DAYS, endAt)) {
    events.push(...letter(scene, at));
  }
  return events.filter(({ at }) => at <= endAt).toSorted((a, b) => a.at - b.at);
}

/** Instants by chance between two others, denser towards the end: the shop grows. */
function* moments(
  random: Random,
  startAt: EpochMs,
  leavesAt: EpochMs,
  everyDays: number,
  endAt: EpochMs,
): Generator<EpochMs, void> {
  let at = startAt;
  for (;;) {
    const age = (endAt - at) / YEAR_MS;
    at += random.gap(everyDays * (0.55 + 1.8 * age)) * DAY_MS;
    if (at >= leavesAt) return;
    yield Math.round(at);
  }
}
