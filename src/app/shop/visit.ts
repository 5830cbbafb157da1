import type { JsonObject } from '../../base/json.ts';
import { SECOND_MS, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { CartLine } from './carts.ts';
import { CATEGORIES, SHELVES, type Category, type Product, type Shelf } from './goods.ts';
import type { Person, Source } from './person.ts';
import type { Random } from './random.ts';

/** Who does something, by which dice, and how the messages are called. */
export interface Scene {
  readonly person: Person;
  readonly random: Random;
  /** The next `messageId`; also tells orders apart. */
  readonly nextId: () => string;
}

export function identify(scene: Scene, at: EpochMs, traits: JsonObject): CustomerEvent {
  return made(scene, at, { type: 'identify', event: '$identify', properties: traits }, {});
}

/**
 * One visit to the shop, from the first page to the last click, in the order of time.
 *
 * @param via where the visitor comes from; without it: straight
 */
export function visit(scene: Scene, startAt: EpochMs, via: Source | undefined): CustomerEvent[] {
  const { person, random } = scene;
  const { habit } = person;
  const device = { type: random.weighted(person.devices) };
  const context = via === undefined ? { device } : { device, campaign: { ...via } };
  const walk = new Walk(scene, startAt, context);
  const tags: JsonObject =
    via === undefined
      ? {}
      : { utm_source: via.source, utm_medium: via.medium, utm_campaign: via.name };
  walk.track('Session Started', tags);
  const shelf = shelfFor(scene);
  if (random.chance(0.35)) walk.page(shelf);
  const seen = [lookAt(walk, scene, shelf)];
  while (seen.length < 4 && random.chance(0.3)) {
    seen.push(lookAt(walk, scene, random.chance(0.7) ? shelf : shelfFor(scene)));
  }
  const wanted = seen.filter(({ price }) => price <= habit.priceMax).slice(-2);
  if (wanted.length > 0 && random.chance(habit.cartChance)) shopFor(walk, scene, wanted);
  return walk.events;
}

/** A letter that comes, and what is done with it: opened, and perhaps a visit from it. */
export function letter(scene: Scene, at: EpochMs): CustomerEvent[] {
  const { person, random } = scene;
  const walk = new Walk(scene, at, {});
  const about = { campaign_id: 'newsletter', variant: random.pick(['a', 'b']) };
  walk.track('Email Delivered', about);
  if (!random.chance(person.habit.openChance)) return walk.events;
  walk.wait(random.whole(20, 400));
  walk.track('Email Opened', about);
  if (!random.chance(0.3)) return walk.events;
  walk.track('Email Clicked', about);
  const via = { source: 'newsletter', medium: 'email', name: 'newsletter' };
  return [...walk.events, ...visit(scene, walk.at, via)];
}

/** Somebody comes from a letter, knows what they want, and buys it. */
export function purchase(
  scene: Scene,
  startAt: EpochMs,
  lines: readonly CartLine[],
): CustomerEvent[] {
  const { person, random } = scene;
  const campaign = { source: 'letter', medium: 'email', name: 'letter' };
  const device = { type: random.weighted(person.devices) };
  const walk = new Walk(scene, startAt, { device, campaign }, ERRAND_MS);
  walk.track('Session Started', { utm_source: 'letter', utm_medium: 'email' });
  order(walk, scene, lines);
  return walk.events;
}

type Range = readonly [low: number, high: number];

/** Between two events, ms: of somebody who looks around, and of somebody who knows their way. */
const STROLL_MS: Range = [3_000, 45_000];
const ERRAND_MS: Range = [1_000, 6_000];

/** Events of one person, one after the other, each some seconds after the one before. */
class Walk {
  readonly events: CustomerEvent[] = [];
  at: EpochMs;
  readonly #scene: Scene;
  readonly #context: JsonObject;
  readonly #paceMs: Range;

  constructor(scene: Scene, startAt: EpochMs, context: JsonObject, paceMs: Range = STROLL_MS) {
    this.#scene = scene;
    this.at = startAt;
    this.#context = context;
    this.#paceMs = paceMs;
  }

  wait(seconds: number): void {
    this.at += seconds * SECOND_MS;
  }

  track(event: string, properties: JsonObject): void {
    this.#add({ type: 'track', event, properties });
  }

  page({ category, department }: Shelf): void {
    const properties = { name: category, category, path: `/${department}/${category}` };
    this.#add({ type: 'page', event: '$page', properties });
  }

  #add(what: Pick<CustomerEvent, 'type' | 'event' | 'properties'>): void {
    this.events.push(made(this.#scene, this.at, what, this.#context));
    this.at += this.#scene.random.whole(...this.#paceMs);
  }
}

function shelfFor({ person, random }: Scene): Shelf {
  const { habit } = person;
  const category: Category | undefined = random.chance(habit.favouriteShare)
    ? random.weighted(habit.favourites)
    : CATEGORIES[random.whole(0, CATEGORIES.length - 1)];
  const shelf = category === undefined ? undefined : SHELVES.get(category);
  if (shelf === undefined) throw new RangeError(`there is no shelf for ${category}`);
  return shelf;
}

function lookAt(walk: Walk, { random }: Scene, shelf: Shelf): Product {
  const product = random.pick(shelf.products);
  walk.track('Product Viewed', product);
  return product;
}

/** Into the cart, and perhaps on to the till. */
function shopFor(walk: Walk, scene: Scene, wanted: readonly Product[]): void {
  const { person, random } = scene;
  const lines = wanted.map((product) => {
    const quantity = product.price < 2_000 ? random.whole(1, 3) : 1;
    const line = { ...product, quantity };
    walk.track('Product Added', line);
    return line;
  });
  const buys = random.chance(person.habit.buyChance);
  if (buys) order(walk, scene, lines);
  else if (random.chance(0.3)) walk.track('Checkout Started', checkoutOf(lines));
}

function order(walk: Walk, { nextId }: Scene, lines: readonly CartLine[]): void {
  const { value, currency } = checkoutOf(lines);
  walk.track('Checkout Started', { value, currency });
  const orderId = `o-${nextId()}`;
  walk.track('Order Completed', { order_id: orderId, total: value, currency, products: lines });
}

function checkoutOf(lines: readonly CartLine[]): { value: number; currency: string } {
  const value = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return { value, currency: 'RUB' };
}

function made(
  { person, nextId }: Scene,
  at: EpochMs,
  what: Pick<CustomerEvent, 'type' | 'event' | 'properties'>,
  context: JsonObject,
): CustomerEvent {
  return {
    type: what.type,
    customer: person.id,
    anonymousId: undefined,
    messageId: nextId(),
    at,
    event: what.event,
    properties: what.properties,
    context,
  };
}
