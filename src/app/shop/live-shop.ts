import { SECOND_MS, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { Agenda } from './agenda.ts';
import { Carts, type CartLine } from './carts.ts';
import type { ShopSettings } from './history.ts';
import { COURSES, personOf, type Person } from './person.ts';
import { Random } from './random.ts';
import { identify, letter, purchase, visit, type Scene } from './visit.ts';

/** Events a second that look like a busy shop on a page. */
export const LIVE_RATE_DEFAULT = 100;

/** What comes next, and how often it does, of a thousand. */
const OCCASIONS = [
  [760, 'visit'],
  [225, 'letter'],
  [12, 'newcomer'],
  [3, 'course'],
] as const;

/** How many events an occasion brings on average; measured, and held by a test to a tenth. */
const EVENTS_PER_OCCASION = 3.25;

export interface LiveSettings extends ShopSettings {
  /** Nothing happens before it. */
  readonly startAt: EpochMs;
  /** Events a second of the clock that `eventsUntil` is given, about. */
  readonly rate: number;
  /** Tells stretches of one seed's time apart: another chapter, other visits of the same people. */
  readonly chapter?: number | undefined;
  /** Those of the chapter before go on. */
  readonly carts?: Carts | undefined;
}

/** The shop from now on: the same people with the same habits, only more of them at once. */
export class LiveShop {
  readonly #settings: LiveSettings;
  readonly #random: Random;
  /** Of its own: what letters bring about must not change what would have happened anyway. */
  readonly #letterRandom: Random;
  readonly #later = new Agenda<CustomerEvent>();
  readonly #startedText: string;
  /** Of everyone who has put something into one since the shop was opened. */
  readonly carts: Carts;
  #customers: number;
  #ids = 0;
  #letterIds = 0;
  #nextAt: EpochMs;

  constructor(settings: LiveSettings) {
    this.#settings = settings;
    this.#random = new Random(settings.seed, 0x11fe + (settings.chapter ?? 0));
    this.#letterRandom = new Random(settings.seed, 0x5a1e + (settings.chapter ?? 0));
    this.#startedText = settings.startAt.toString(36);
    this.carts = settings.carts ?? new Carts();
    this.#customers = settings.customers;
    this.#nextAt = settings.startAt;
  }

  /** How many people the shop has by now. */
  get customers(): number {
    return this.#customers;
  }

  /**
   * What has happened since the last call, in the order of time.
   *
   * @param now no earlier than in the last call
   */
  eventsUntil(now: EpochMs): CustomerEvent[] {
    const meanMs = (SECOND_MS * EVENTS_PER_OCCASION) / this.#settings.rate;
    while (this.#nextAt <= now) {
      for (const event of this.#occasion(Math.round(this.#nextAt))) this.#later.add(event);
      this.#nextAt += this.#random.gap(meanMs);
    }
    const events = this.#later.takeUntil(now);
    for (const event of events) this.carts.take(event);
    return events;
  }

  /** The `index`-th person, from 0; undefined when the shop has no such one. */
  person(index: number): Person | undefined {
    const { seed, startAt } = this.#settings;
    return index >= 0 && index < this.#customers ? personOf(seed, index, startAt) : undefined;
  }

  /**
   * A person comes from a letter and buys.
   *
   * @param at no earlier than the last call's `now`
   */
  buyFromLetter(index: number, lines: readonly CartLine[], at: EpochMs): void {
    const nextId = (): string => `b-${this.#startedText}-${++this.#letterIds}`;
    const scene = { ...this.#sceneOf(index), random: this.#letterRandom, nextId };
    for (const event of purchase(scene, at, lines)) this.#later.add(event);
  }

  #occasion(at: EpochMs): CustomerEvent[] {
    const kind = this.#random.weighted(OCCASIONS);
    if (kind === 'newcomer') return this.#newcomer(at);
    const scene = this.#sceneOf(this.#random.whole(0, this.#customers - 1));
    switch (kind) {
      case 'visit':
        return this.#visit(scene, at);
      case 'letter':
        return letter(scene, at);
      case 'course':
        return [identify(scene, at, { course: this.#random.pick(COURSES) })];
    }
  }

  #newcomer(at: EpochMs): CustomerEvent[] {
    this.#customers++;
    const scene = this.#sceneOf(this.#customers - 1);
    const { traits, source } = scene.person;
    return [identify(scene, at, traits), ...visit(scene, at + SECOND_MS, source)];
  }

  /** Those who lost interest stay away: they are asked twice, and mostly someone else comes. */
  #visit(scene: Scene, at: EpochMs): CustomerEvent[] {
    const isAsleep = scene.person.habit.sleepsAfterDays !== undefined;
    const visitor = isAsleep ? this.#sceneOf(this.#random.whole(0, this.#customers - 1)) : scene;
    return visit(visitor, at, this.#random.chance(0.4) ? visitor.person.source : undefined);
  }

  #sceneOf(index: number): Scene {
    const { seed, startAt } = this.#settings;
    const person: Person = personOf(seed, index, startAt);
    const nextId = (): string => `l-${this.#startedText}-${++this.#ids}`;
    return { person, random: this.#random, nextId };
  }
}
