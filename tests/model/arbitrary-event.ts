import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/base/json.ts';
import type { DurationMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { CATEGORIES, CUSTOMERS, EVENTS, EXTREMES, LISTS, NUMBERS } from './arbitrary-world.ts';
import { WIDE, YEARS_AGO, type World } from './arbitrary-world.ts';

/*
 * Events of random histories, each with the place of its time among the others.
 */

/** An instant: a distance from now, from one of the latest events, or from an anchor nearby. */
export interface Moment {
  readonly from: 'now' | 'event' | 'anchor';
  /** The how-manieth event from the end; below 3 the next anchor, else the last that has passed. */
  readonly index: number;
  readonly offsetMs: DurationMs;
}

export interface EventStep extends Pick<
  CustomerEvent,
  'type' | 'event' | 'properties' | 'context'
> {
  readonly customer: string;
  readonly moment: Moment;
  readonly messageId?: string | undefined;
  /** The message bears no `userId`. */
  readonly isAnonymous: boolean;
  /** The other id of a message that bears two. */
  readonly other?: string | undefined;
}

/** Who there is in a history. */
export interface Folk {
  /** The first one has the most to do; `CUSTOMERS` when nothing was said. */
  readonly customers?: readonly string[] | undefined;
  /** How often two become one; `rare` when nothing was said: after a few all of them are one. */
  readonly joins?: 'none' | 'rare' | 'often' | undefined;
}

const category: fc.Arbitrary<Json> = fc.oneof(
  { weight: 2, arbitrary: fc.constant('toys') },
  { weight: 2, arbitrary: fc.constantFrom(...CATEGORIES) },
  fc.constantFrom<Json>(...WIDE, ['toys'], null, 5, '5', true),
);
const price: fc.Arbitrary<Json> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<Json>(...NUMBERS) },
  fc.constantFrom<Json>(...EXTREMES),
  fc.constantFrom<Json>('10', null, true, [10]),
);
const quantity: fc.Arbitrary<Json> = fc.constantFrom<Json>(1, 2, 0.5, 3, -1, '2', null);
const tags: fc.Arbitrary<Json> = fc.constantFrom<Json>(...LISTS, 'toys', null, {});

const line = fc.record<Record<string, Json>>(
  { category, price, quantity },
  { requiredKeys: ['price'] },
);
const products: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.oneof({ weight: 6, arbitrary: line }, fc.constant(7)), { maxLength: 3 }),
  },
  fc.constant<Json>({ category: 'toys' }),
);
const product: fc.Arbitrary<Json> = fc.oneof(fc.record({ category }), fc.constant<Json>('toys'));

const properties: fc.Arbitrary<JsonObject> = fc.record<Record<string, Json>>(
  { category, price, quantity, tags, products, product },
  { requiredKeys: ['category', 'price'] },
);
const context: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<JsonObject>({}) },
  fc.constantFrom<Json>(...CATEGORIES, 5).map((type) => ({ device: { type } })),
);

/** Days, instants and what is neither. */
function date({ days, anchorAts }: World, yearsAgo: readonly number[]): fc.Arbitrary<Json> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...days), fc.constantFrom(...yearsAgo))
        .map(([day, years]) => `${Number(day.slice(0, 4)) - years}${day.slice(4)}`),
    },
    { weight: 2, arbitrary: fc.constantFrom(...anchorAts).map((at) => new Date(at).toISOString()) },
    fc.constantFrom<Json>(
      '2007-02-29',
      '2008-02-29',
      '1990-02-30',
      'soon',
      null,
      1990,
      '2018-11-04T02:00:00-02:00',
    ),
  );
}

function traits(world: World): fc.Arbitrary<JsonObject> {
  const city = fc.constantFrom<Json>('toys', 5, null);
  return fc.record<Record<string, Json>>(
    {
      category,
      price,
      tags,
      born: date(world, YEARS_AGO),
      visit: date(world, [0]),
      address: fc.oneof(fc.record({ city }), fc.constant<Json>(null)),
      'address.city': city,
    },
    { requiredKeys: [] },
  );
}

export function eventStep(
  world: World,
  moment: fc.Arbitrary<Moment>,
  { customers = CUSTOMERS, joins = 'rare' }: Folk,
): fc.Arbitrary<EventStep> {
  const where = {
    customer: fc.oneof(fc.constant(customers[0] ?? ''), fc.constantFrom(...customers)),
    moment,
    messageId: fc.option(fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5'), {
      nil: undefined,
      freq: 2,
    }),
    context,
    isAnonymous: fc.nat({ max: 9 }).map((n) => n > 0),
  };
  const track = fc.record<EventStep>({
    ...where,
    type: fc.constant('track'),
    event: fc.constantFrom(...EVENTS),
    properties,
  });
  const page = fc.record<EventStep>({
    ...where,
    type: fc.constant('page'),
    event: fc.constant('$page'),
    properties,
  });
  const identify = fc.record<EventStep>({
    ...where,
    type: fc.constant('identify'),
    event: fc.constant('$identify'),
    properties: traits(world),
  });
  const group = fc.record<EventStep>({
    ...where,
    type: fc.constant('group'),
    event: fc.constant('$group'),
    properties: fc.record<Record<string, Json>>({ category }),
  });
  const single = [
    { weight: 24, arbitrary: track },
    { weight: 4, arbitrary: page },
    { weight: 10, arbitrary: identify },
    { weight: 2, arbitrary: group },
  ];
  if (joins === 'none') return fc.oneof(...single);
  const two = { ...where, isAnonymous: fc.constant(false), other: fc.constantFrom(...customers) };
  const login = fc.record<EventStep>({
    ...two,
    type: fc.constant('identify'),
    event: fc.constant('$identify'),
    properties: traits(world),
  });
  const alias = fc.record<EventStep>({
    ...two,
    type: fc.constant('alias'),
    event: fc.constant(''),
    properties: fc.constant<JsonObject>({}),
  });
  // Of a track both ids say nothing.
  const both = track.chain((step) => two.other.map((other) => ({ ...step, other })));
  return fc.oneof(
    ...single,
    { weight: joins === 'rare' ? 2 : 8, arbitrary: login },
    { weight: joins === 'rare' ? 1 : 4, arbitrary: alias },
    { weight: 1, arbitrary: both },
  );
}
