import fc from 'fast-check';
import type { SegmentId } from '../../src/base/id.ts';
import type * as rules from '../../src/rules/rule.ts';
import {
  arbitraryAmounts,
  arbitraryComparison,
  arbitraryCounts,
  arbitraryFilter,
  arbitraryLineFilter,
  arbitraryMatcher,
} from './arbitrary-filter.ts';
import { DURATIONS_MS, EVENTS, SEGMENTS, SHORT_MS, SPRING } from './arbitrary-world.ts';
import type { World } from './arbitrary-world.ts';

export interface RuleOptions {
  /** `core`: what the engine had first; `whole`: all of contract section 3. */
  readonly nodes: 'core' | 'whole';
  /** Whose instants absolute windows use. */
  readonly world?: World | undefined;
  /** Segments that may be referred to. */
  readonly segments?: readonly SegmentId[] | undefined;
  /** How deep the nodes may nest; 1 is a leaf. */
  readonly depth?: number | undefined;
}

/** A random rule, as `parse` would have normalised it. */
export function arbitraryRule(options: RuleOptions): fc.Arbitrary<rules.Rule> {
  const { depth = 3, segments = [] } = options;
  const condition = leaf(options);
  if (depth <= 1) return condition;
  const inner = arbitraryRule({ ...options, depth: depth - 1 });
  const innerRules = fc.array(inner, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: condition },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('all'), rules: innerRules }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('any'), rules: innerRules }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not'), rule: inner }) },
    ...segments.map((segment) =>
      fc.record({ kind: fc.constant('segment'), segment: fc.constant(segment) }),
    ),
  );
}

/** Segments of which each may refer to those before it. */
export function arbitrarySegments(options: RuleOptions, count = 3): fc.Arbitrary<rules.Segment[]> {
  const ids = SEGMENTS.slice(0, count);
  const segments = ids.map((id, i) =>
    arbitraryRule({ ...options, segments: ids.slice(0, i) }).map((rule) => ({
      id,
      name: id,
      rule,
    })),
  );
  return fc.tuple(...segments);
}

function leaf(options: RuleOptions): fc.Arbitrary<rules.Condition> {
  const isWhole = options.nodes === 'whole';
  const window = arbitraryWindow(options);
  const core = [
    { weight: 5, arbitrary: eventCondition(isWhole, window) },
    { weight: 2, arbitrary: attributeCondition(isWhole) },
    { weight: 2, arbitrary: latestCondition(isWhole, window) },
  ];
  if (!isWhole) return fc.oneof(...core);
  const sample = fc.record({
    kind: fc.constant('sample'),
    percent: fc.constantFrom(0.001, 10, 33.3, 50, 99.9, 100),
    salt: fc.constantFrom('spring', 'ä', 'ab'),
  });
  return fc.oneof(
    ...core,
    { weight: 1, arbitrary: firstCondition(window) },
    { weight: 1, arbitrary: sample },
  );
}

function arbitraryWindow({ nodes, world }: RuleOptions): fc.Arbitrary<rules.Window> {
  const ever = fc.constant<rules.Window>({ kind: 'ever' });
  const lengthMs = fc.constantFrom(...DURATIONS_MS, ...SHORT_MS);
  const rolling = lengthMs.map((fromMs) => ({ kind: 'rolling' as const, fromMs, toMs: 0 }));
  if (nodes === 'core') return fc.oneof(ever, { weight: 3, arbitrary: rolling });
  const past = fc
    .tuple(lengthMs, lengthMs)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({ kind: 'rolling' as const, fromMs: Math.max(a, b), toMs: Math.min(a, b) }));
  const instant = fc.constantFrom(...(world ?? SPRING).anchorAts);
  const between = fc
    .tuple(instant, fc.constantFrom(...DURATIONS_MS))
    .map(([afterAt, ms]) => ({ kind: 'absolute' as const, afterAt, beforeAt: afterAt + ms }));
  const calendar = fc.record({
    kind: fc.constant('calendar'),
    period: fc.constantFrom('day', 'week', 'month', 'year'),
    ago: fc.constantFrom(0, 0, 1, 2),
  });
  return fc.oneof(
    ever,
    { weight: 3, arbitrary: rolling },
    { weight: 2, arbitrary: past },
    { weight: 4, arbitrary: calendar },
    { weight: 2, arbitrary: between },
    instant.map((afterAt) => ({ kind: 'absolute' as const, afterAt })),
    instant.map((beforeAt) => ({ kind: 'absolute' as const, beforeAt })),
  );
}

const names: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...EVENTS).map((name) => [name]) },
  fc
    .uniqueArray(fc.constantFrom(...EVENTS), { minLength: 2, maxLength: 2 })
    .map((list) => list.toSorted()),
  fc.constantFrom(['*'], ['$page'], ['$identify']),
);

const eventFilter = fc.record({ events: names, where: arbitraryFilter });
const lines = fc.record({
  of: fc.constantFrom(['products'], ['tags']),
  where: arbitraryLineFilter,
});
const onePath: fc.Arbitrary<rules.Product> = fc.constant([['price']]);
const anyPath: fc.Arbitrary<rules.Product> = fc.oneof(
  { weight: 3, arbitrary: onePath },
  fc.constant<rules.Product>([['price'], ['quantity']]),
);

function eventCondition(
  isWhole: boolean,
  window: fc.Arbitrary<rules.Window>,
): fc.Arbitrary<rules.EventCondition> {
  const path = isWhole ? anyPath : onePath;
  const base = { kind: fc.constant('event'), events: names, where: arbitraryFilter, window };
  const maybeLines = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, lines);
  const withLines = { ...base, lines: maybeLines };
  const count = fc.record({
    ...withLines,
    measure: fc.constant<rules.Measure>({ of: 'count' }),
    comparison: arbitraryCounts,
  });
  const sumOf = fc.record({ events: names, where: arbitraryFilter, lines: maybeLines, sum: path });
  const sum = fc.record({
    ...withLines,
    measure: path.map((product) => ({ of: 'sum' as const, path: product })),
    comparison: arbitraryAmounts,
    minus: isWhole ? fc.option(sumOf, { nil: undefined }) : fc.constant(undefined),
  });
  const amount = fc.record({
    ...withLines,
    measure: fc.record({
      of: isWhole ? fc.constantFrom('average', 'min', 'max') : fc.constant('average'),
      path,
    }),
    comparison: arbitraryAmounts,
  });
  const core = [
    { weight: 3, arbitrary: count },
    { weight: 2, arbitrary: sum },
    { weight: 2, arbitrary: amount },
  ];
  if (!isWhole) return fc.oneof(...core);
  const distinct = fc.record({
    ...withLines,
    measure: fc.record({
      of: fc.constant('distinct'),
      path: fc.constantFrom(['category'], ['price']),
    }),
    comparison: arbitraryCounts,
  });
  return fc.oneof(...core, { weight: 1, arbitrary: distinct });
}

function latestCondition(
  isWhole: boolean,
  window: fc.Arbitrary<rules.Window>,
): fc.Arbitrary<rules.LatestCondition> {
  const other = fc.option(eventFilter, { nil: undefined, freq: 2 });
  return fc.record({
    kind: fc.constant('latest'),
    events: names,
    where: arbitraryFilter,
    window,
    atLeastAgoMs: fc.oneof(fc.constant(0), fc.constantFrom(...DURATIONS_MS, ...SHORT_MS)),
    notFollowedBy: other,
    followedBy: isWhole ? other : fc.constant(undefined),
    having: isWhole ? arbitraryFilter : fc.constant([]),
  });
}

function firstCondition(window: fc.Arbitrary<rules.Window>): fc.Arbitrary<rules.FirstCondition> {
  return fc.record({ kind: fc.constant('first'), events: names, where: arbitraryFilter, window });
}

function attributeCondition(isWhole: boolean): fc.Arbitrary<rules.AttributeCondition> {
  const kind = fc.constant('attribute');
  const value = fc.record({
    kind,
    name: fc.constantFrom('category', 'price', 'tags', 'address.city', 'born'),
    test: arbitraryMatcher.map((matcher) => ({ of: 'value' as const, matcher })),
  });
  const age = fc.record({
    kind,
    name: fc.constant('born'),
    test: arbitraryComparison([0, 1, 18, 35, 36]).map((comparison) => ({
      of: 'age' as const,
      comparison,
    })),
  });
  if (!isWhole) return fc.oneof(value, age);
  const span = arbitraryComparison([0, ...DURATIONS_MS]);
  const time = fc.record({
    kind,
    name: fc.constantFrom('born', 'visit'),
    test: fc.oneof(
      fc
        .constantFrom(...DURATIONS_MS)
        .map((withinMs) => ({ of: 'anniversary' as const, withinMs })),
      fc.record({ of: fc.constantFrom('ago', 'ahead'), comparison: span }),
    ),
  });
  return fc.oneof(value, age, { weight: 2, arbitrary: time });
}
