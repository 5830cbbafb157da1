import type { JsonObject } from '../../base/json.ts';
import { SECOND_MS, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
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

/** Events of one person, one after the other, each some seconds after the one before. */
class Walk {
  readonly events: CustomerEvent[] = [];
  at: EpochMs;
  readonly #scene: Scene;
  readonly #context: JsonObject;

  constructor(scene: Scene, startAt: EpochMs, context: JsonObject) {
    this.#scene = scene;
    this.at = startAt;
    this.#context = context;
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
    this.at += this.#scene.random.whole(3_000, 45_000);
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
function shopFor(walk: Walk, { person, random, nextId }: Scene, wanted: readonly Product[]): void {
  const lines = wanted.map((product) => {
    const quantity = product.price < 2_000 ? random.whole(1, 3) : 1;
    const line = { ...product, quantity };
    walk.track('Product Added', line);
    return line;
  });
  const buys = random.chance(person.habit.buyChance);
  const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  if (buys || random.chance(0.3)) walk.track('Checkout Started', { value: total, currency: 'RUB' });
  if (!buys) return;
  const order = { order_id: `o-${nextId()}`, total, currency: 'RUB', products: lines };
  walk.track('Order Completed', order);
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
