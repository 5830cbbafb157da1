import fc from 'fast-check';
import type { Comparison, FieldTest, Filter, Matcher, MatcherTest } from '../../src/rules/rule.ts';
import { CATEGORIES, NUMBERS, SCALARS, THRESHOLDS, WIDE } from './arbitrary-world.ts';

/** Paths that events have, or nearly have. */
const PATHS: readonly (readonly string[])[] = [
  ['category'],
  ['category'],
  ['price'],
  ['price'],
  ['tags'],
  ['product', 'category'],
  ['context', 'device', 'type'],
  ['products', 'length'],
  ['constructor'],
];

const LINE_PATHS: readonly (readonly string[])[] = [
  ['category'],
  ['price'],
  ['context', 'x'],
  ['none'],
];

const scalar = fc.oneof({ weight: 1, arbitrary: fc.constant('toys') }, fc.constantFrom(...SCALARS));
const scalars = fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 });
const text = fc.constantFrom(...CATEGORIES, ...WIDE, 'toy', 'B');
const number = fc.oneof(fc.constantFrom(0.1, 5, 10), fc.constantFrom(...NUMBERS));

/** Two of the same type, the lower first by UTF-8 bytes. */
const range = fc.oneof(
  fc.tuple(number, number).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) })),
  fc.tuple(text, text).map(([a, b]) => {
    const isAscending = Buffer.compare(Buffer.from(a), Buffer.from(b)) <= 0;
    return isAscending ? { low: a, high: b } : { low: b, high: a };
  }),
);

const simpleTest: fc.Arbitrary<MatcherTest> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('in', 'notIn'), values: scalars }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('atLeast', 'atMost', 'moreThan', 'lessThan'),
      value: fc.oneof(number, text),
    }),
  },
  range.map(({ low, high }) => ({ op: 'between' as const, low, high })),
  fc.record({ op: fc.constant('contains'), value: scalar }),
  fc.record({ op: fc.constantFrom('startsWith', 'endsWith'), value: text }),
  fc.record({
    op: fc.constant('matches'),
    value: fc.constantFrom('^toy', 'oks$', '(?i)BÜCHER', '^$', '.', '[xy]-?b'),
  }),
  fc.record({ op: fc.constant('exists'), value: fc.boolean() }),
);

const lineMatcher: fc.Arbitrary<Matcher> = fc.array(simpleTest, { minLength: 1, maxLength: 2 });

/** A filter whose paths are those of a line or an element. */
export const arbitraryLineFilter: fc.Arbitrary<Filter> = filterOf(LINE_PATHS, lineMatcher);

const matcherTest: fc.Arbitrary<MatcherTest> = fc.oneof(
  { weight: 8, arbitrary: simpleTest },
  fc.record({ op: fc.constant('some'), filter: nonEmpty(arbitraryLineFilter) }),
);

export const arbitraryMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(matcherTest) },
  fc.array(matcherTest, { minLength: 2, maxLength: 2 }),
);

/** Often empty: then every event passes. */
export const arbitraryFilter: fc.Arbitrary<Filter> = filterOf(PATHS, arbitraryMatcher);

function filterOf(
  paths: readonly (readonly string[])[],
  matcher: fc.Arbitrary<Matcher>,
): fc.Arbitrary<Filter> {
  const field: fc.Arbitrary<FieldTest> = fc.record({ path: fc.constantFrom(...paths), matcher });
  const selector = ({ path }: FieldTest): string => path.join('.');
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.tuple(field) },
    { weight: 1, arbitrary: fc.uniqueArray(field, { minLength: 2, maxLength: 2, selector }) },
  );
}

function nonEmpty(filter: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return filter.filter((tests) => tests.length > 0);
}

/** A comparison whose numbers are these. */
export function arbitraryComparison(values: readonly number[]): fc.Arbitrary<Comparison> {
  const value = fc.constantFrom(...values);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        op: fc.constantFrom('atLeast', 'atMost', 'moreThan', 'lessThan', 'equals'),
        value,
      }),
    },
    fc
      .tuple(value, value)
      .map(([a, b]) => ({ op: 'between' as const, low: Math.min(a, b), high: Math.max(a, b) })),
  );
}

export const arbitraryCounts = arbitraryComparison([0, 1, 1, 2, 3, 1.5]);
export const arbitraryAmounts = arbitraryComparison(THRESHOLDS);
