import { SECOND_MS, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { ShopSettings } from './history.ts';
import { COURSES, personOf, type Person } from './person.ts';
import { Random } from './random.ts';
import { identify, letter, visit, type Scene } from './visit.ts';

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
}

/** The shop from now on: the same people with the same habits, only more of them at once. */
export class LiveShop {
  readonly #settings: LiveSettings;
  readonly #random: Random;
  readonly #later = new Agenda();
  readonly #startedText: string;
  #customers: number;
  #ids = 0;
  #nextAt: EpochMs;

  constructor(settings: LiveSettings) {
    this.#settings = settings;
    this.#random = new Random(settings.seed, 0x11fe + (settings.chapter ?? 0));
    this.#startedText = settings.startAt.toString(36);
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
    return this.#later.takeUntil(now);
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

/** Events that are known and have not happened yet: a binary heap by time, then by arrival. */
class Agenda {
  readonly #heap: { readonly event: CustomerEvent; readonly order: number }[] = [];
  #added = 0;

  add(event: CustomerEvent): void {
    const heap = this.#heap;
    let place = heap.push({ event, order: this.#added++ }) - 1;
    while (place > 0 && this.#isBefore(place, (place - 1) >> 1)) {
      this.#swap(place, (place - 1) >> 1);
      place = (place - 1) >> 1;
    }
  }

  takeUntil(now: EpochMs): CustomerEvent[] {
    const taken: CustomerEvent[] = [];
    for (
      let first = this.#heap[0];
      first !== undefined && first.event.at <= now;
      first = this.#heap[0]
    ) {
      taken.push(first.event);
      this.#dropFirst();
    }
    return taken;
  }

  #dropFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let place = 0;
    for (;;) {
      let least = place;
      for (const child of [place * 2 + 1, place * 2 + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === place) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return false;
    return x.event.at === y.event.at ? x.order < y.order : x.event.at < y.event.at;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }
}
