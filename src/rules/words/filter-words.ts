import type { EventFilter, Filter, Matcher, MatcherTest, Path, Scalar } from '../rule.ts';

/** `Order Completed with currency is "EUR"`. */
export function filterWords({ events, where }: EventFilter): string {
  const names = events.map((name) => (name === '*' ? 'any event' : name)).join(' or ');
  return where.length === 0 ? names : `${names} with ${fieldsWords(where)}`;
}

/** `price is at least 1000, currency is "EUR"`. */
export function fieldsWords(filter: Filter): string {
  const fields = filter.map(({ path, matcher }) => {
    return `${pathWords(path)} ${matcherWords(matcher)}`;
  });
  return fields.join(', ');
}

export function matcherWords(matcher: Matcher): string {
  return matcher.map(testWords).join(' and ');
}

function testWords(test: MatcherTest): string {
  switch (test.op) {
    case 'in':
      return test.values.length === 1 ? `is ${listWords(test)}` : `is one of ${listWords(test)}`;
    case 'notIn':
      return `is not ${listWords(test)}`;
    case 'between':
      return `is between ${valueWords(test.low)} and ${valueWords(test.high)}`;
    case 'exists':
      return test.value ? 'is there' : 'is missing';
    case 'some':
      return `has one with ${fieldsWords(test.filter)}`;
    case 'atLeast':
    case 'atMost':
    case 'moreThan':
    case 'lessThan':
      return `is ${OPERATORS[test.op]} ${valueWords(test.value)}`;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return `${OPERATORS[test.op]} ${valueWords(test.value)}`;
  }
}

export const OPERATORS = {
  atLeast: 'at least',
  atMost: 'at most',
  moreThan: 'more than',
  lessThan: 'less than',
  equals: 'exactly',
  contains: 'contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
  matches: 'matches',
} as const;

function listWords({ values }: { readonly values: readonly Scalar[] }): string {
  return values.map(valueWords).join(' or ');
}

function valueWords(value: Scalar): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

export function pathWords(path: Path): string {
  return path.join('.');
}
