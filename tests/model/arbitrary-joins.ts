import fc from 'fast-check';
import type { CustomerId } from '../../src/base/id.ts';
import type { DurationMs, EpochMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type * as rules from '../../src/rules/rule.ts';
import { WORLDS, type World } from './arbitrary-world.ts';
import type { Command } from './command.ts';

/*
 * Histories of visitors who log in: rules that nearly every event matters to, few names, many
 * joins. No two events bear the same instant, none is early, each counts.
 */

/** Browsers and the people before them; the homes of any few of them differ. */
export const BROWSERS = ['phone', 'tablet', 'kiosk', 'tv'] as const;
export const PEOPLE = ['ann', 'zoë', 'eve', 'joe', '7'] as const;
export const FOLK: readonly CustomerId[] = [...BROWSERS, ...PEOPLE];

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const LENGTHS_MS: readonly DurationMs[] = [10 * second, 10 * minute, hour, day];
const STEPS_MS: readonly DurationMs[] = [0, 1, 10, second, 10 * second, minute, 10 * minute, hour];

const rolling = fc.constantFrom(...LENGTHS_MS).map((fromMs): rules.Window => {
  return { kind: 'rolling', fromMs, toMs: 0 };
});
const window: fc.Arbitrary<rules.Window> = fc.oneof(
  { weight: 4, arbitrary: rolling },
  { weight: 2, arbitrary: fc.constant<rules.Window>({ kind: 'ever' }) },
  fc.constant<rules.Window>({ kind: 'rolling', fromMs: hour, toMs: 10 * minute }),
  fc.constantFrom(0, 1).map((ago): rules.Window => ({ kind: 'calendar', period: 'day', ago })),
);

const filter: fc.Arbitrary<rules.EventFilter> = fc.record({
  events: fc.constantFrom(['Product Viewed'], ['Product Viewed'], ['Order Completed'], ['*']),
  where: fc.constantFrom<rules.Filter>(
    [],
    [],
    [{ path: ['category'], matcher: [{ op: 'in', values: ['toys'] }] }],
  ),
});

const price: rules.Product = [['price']];
const op = fc.constantFrom('atLeast' as const, 'atMost' as const, 'equals' as const);
const counts = fc.record({ op, value: fc.nat({ max: 4 }) });
const amounts = fc.record({ op, value: fc.constantFrom(0.1, 1, 5, 11, 20.3) });

function event(
  measure: fc.Arbitrary<rules.Measure>,
  comparison: fc.Arbitrary<rules.Comparison>,
): fc.Arbitrary<rules.Condition> {
  return fc.tuple(filter, window, measure, comparison).map(([what, when, of, than]) => {
    return { kind: 'event', ...what, window: when, measure: of, comparison: than };
  });
}

const condition: fc.Arbitrary<rules.Condition> = fc.oneof(
  { weight: 4, arbitrary: event(fc.constant({ of: 'count' }), counts) },
  {
    weight: 4,
    arbitrary: event(
      fc.constantFrom('sum', 'average', 'min', 'max').map((of) => ({ of, path: price })),
      amounts,
    ),
  },
  { weight: 2, arbitrary: event(fc.constant({ of: 'distinct', path: ['category'] }), counts) },
  {
    weight: 3,
    arbitrary: fc
      .record({
        window,
        what: filter,
        atLeastAgoMs: fc.constantFrom(0, 0, second, hour),
        followedBy: fc.option(filter, { nil: undefined, freq: 2 }),
        notFollowedBy: fc.option(filter, { nil: undefined, freq: 2 }),
      })
      .map(({ what, ...rest }) => ({ kind: 'latest' as const, ...what, ...rest, having: [] })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(filter, window).map(([what, when]): rules.Condition => {
      return { kind: 'first', ...what, window: when };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('toys', 'books').map((value): rules.Condition => {
      const matcher = [{ op: 'in' as const, values: [value] }];
      return { kind: 'attribute', name: 'likes', test: { of: 'value', matcher } };
    }),
  },
);

/** Three segments; the third one may refer to the first. */
export const arbitraryJoinSegments: fc.Arbitrary<readonly rules.Segment[]> = fc
  .tuple(condition, condition, condition, fc.boolean())
  .map(([a, b, c, isNested]) => [
    { id: 'a', name: 'a', rule: a },
    { id: 'b', name: 'b', rule: { kind: 'not', rule: b } },
    {
      id: 'c',
      name: 'c',
      rule: isNested ? { kind: 'all', rules: [c, { kind: 'segment', segment: 'a' }] } : c,
    },
  ]);

/** Nobody's id. */
const BACK = 'back';

interface Step {
  readonly afterMs: DurationMs;
  readonly lateMs: DurationMs;
  readonly id: CustomerId;
  /** Whom the event joins to `id`, if it does; BACK: as the last one that did, turned round. */
  readonly other: CustomerId | undefined;
  readonly isExplicit: boolean;
  readonly category: string;
  readonly amount: number;
  readonly name: string;
}

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.constantFrom(...STEPS_MS),
  lateMs: fc.constantFrom(0, 0, 0, 1, ...STEPS_MS),
  id: fc.constantFrom(...FOLK),
  other: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(...FOLK) },
    { weight: 1, arbitrary: fc.constant(BACK) },
  ),
  isExplicit: fc.boolean(),
  category: fc.constantFrom('toys', 'books', 'games'),
  amount: fc.constantFrom(0.1, 1, 5, 10),
  name: fc.constantFrom('Product Viewed', 'Product Viewed', 'Order Completed', '$identify'),
});

function eventOf(one: Step, at: EpochMs): CustomerEvent {
  const { id, other, isExplicit, category, amount, name } = one;
  const base = { customer: id, at, context: {} };
  const isBrowser = BROWSERS.some((browser) => browser === id);
  if (other !== undefined && other !== id) {
    const traits = { likes: category };
    const joins = { ...base, anonymousId: other };
    return isExplicit
      ? { ...joins, type: 'alias', event: '', properties: {} }
      : { ...joins, type: 'identify', event: '$identify', properties: traits };
  }
  const alone = { ...base, anonymousId: isBrowser ? id : undefined };
  return name === '$identify'
    ? { ...alone, type: 'identify', event: name, properties: { likes: category } }
    : { ...alone, type: 'track', event: name, properties: { category, price: amount } };
}

function commandsOf(startAt: EpochMs, steps: readonly Step[]): Command[] {
  const used = new Set<EpochMs>();
  let now = startAt;
  let last: { readonly id: CustomerId; readonly other: CustomerId } = { id: 'ann', other: 'eve' };
  return steps.map((step) => {
    now += step.afterMs;
    let at = now - step.lateMs;
    while (used.has(at)) at--;
    used.add(at);
    const { id, other } = step.other === BACK ? { id: last.other, other: last.id } : step;
    if (other !== undefined && other !== BACK) last = { id, other };
    const isExplicit = step.isExplicit || step.other === BACK;
    const event = eventOf({ ...step, id, other, isExplicit }, at);
    return { kind: 'message', storedAt: now, events: [event] };
  });
}

/** What happens beside a command. */
export type Beside =
  /** Some of what waits on a way is carried, and some of what was before it once more. */
  | {
      readonly kind: 'carry';
      readonly source: number;
      readonly target: number;
      readonly count: number;
      readonly again: number;
    }
  /** A partition is stored and restored, or gets the next definitions. */
  | { readonly kind: 'restore' | 'define'; readonly partition: number };

export const PARTITIONS_MAX = 4;
const partition = fc.nat({ max: PARTITIONS_MAX - 1 });

const beside: fc.Arbitrary<Beside> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('carry'),
      source: partition,
      target: partition,
      count: fc.integer({ min: 1, max: 4 }),
      again: fc.nat({ max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore'), partition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('define'), partition }) },
);

export interface JoinHistory {
  readonly zone: string;
  readonly partitions: number;
  /** They come into force one after the other, in each partition when its turn is. */
  readonly definitions: readonly (readonly rules.Segment[])[];
  readonly commands: readonly Command[];
  /** By the number of the command behind which it happens. */
  readonly beside: readonly (readonly Beside[])[];
  /** How long after the last command members are looked at. */
  readonly endMs: DurationMs;
}

const some = arbitraryJoinSegments;
/** What had gone may come back. */
const definitions: fc.Arbitrary<readonly (readonly rules.Segment[])[]> = fc.oneof(
  fc.tuple(some),
  fc.tuple(some, some),
  fc.tuple(some, some).map(([one, other]) => [one, other, one]),
  fc.tuple(some, some).map(([one, other]) => [one, other, both(one, other)]),
);

function both(
  some: readonly rules.Segment[],
  others: readonly rules.Segment[],
): readonly rules.Segment[] {
  const alone = others.filter(({ rule }) => rule.kind !== 'all');
  return [...some, ...alone.map((segment) => ({ ...segment, id: `${segment.id}-2` }))];
}

export function arbitraryJoinHistory(length: number): fc.Arbitrary<JoinHistory> {
  const steps = fc.array(step, { minLength: length / 2, maxLength: length, size: 'max' });
  // The lazier what carries is, the more is under way at a time.
  const besides = fc.nat({ max: 3 }).chain((most) =>
    fc.array(fc.array(beside, { maxLength: most, size: 'max' }), {
      maxLength: length,
      size: 'max',
    }),
  );
  return fc
    .record({
      world: fc.constantFrom<World>(...WORLDS),
      partitions: fc.integer({ min: 2, max: PARTITIONS_MAX }),
      definitions,
      steps,
      beside: besides,
      endMs: fc.constantFrom(0, ...LENGTHS_MS),
    })
    .map(({ world, steps: taken, ...rest }) => {
      return { ...rest, zone: world.zone, commands: commandsOf(world.startAt, taken) };
    });
}
