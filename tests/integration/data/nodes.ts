import type { AttributeTest, EventFilter, Filter, Matcher, Rule } from '../../../src/rules/rule.ts';
import type { Window } from '../../../src/rules/rule.ts';

/** All that a rule can be made of, as `nodesOf` calls it. */
export const NODES: readonly string[] = [
  ...['all', 'any', 'not', 'segment', 'sample', 'event', 'latest', 'first', 'attribute'],
  ...['a list of events', 'any event', 'where', 'lines', 'lines where', 'minus', 'a product'],
  ...['count', 'sum', 'average', 'min', 'max', 'distinct'],
  ...['atLeast', 'atMost', 'moreThan', 'lessThan', 'equals', 'between'],
  ...['ever', 'rolling', 'from … to', 'absolute'],
  ...['calendar day', 'calendar week', 'calendar month', 'calendar year', 'a period ago'],
  ...['followedBy', 'notFollowedBy', 'having', 'atLeastAgo'],
  ...['value', 'age', 'anniversary', 'ago', 'ahead'],
  ...['in', 'notIn', 'atLeast', 'atMost', 'moreThan', 'lessThan', 'between', 'contains'].map(
    matcherName,
  ),
  ...['startsWith', 'endsWith', 'matches', 'exists', 'some'].map(matcherName),
];

/** The nodes of a rule, some of them more than once. */
export function nodesOf(rule: Rule): string[] {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return [rule.kind, ...rule.rules.flatMap(nodesOf)];
    case 'not':
      return ['not', ...nodesOf(rule.rule)];
    case 'segment':
    case 'sample':
      return [rule.kind];
    case 'attribute':
      return ['attribute', ...ofAttribute(rule.test)];
    case 'first':
      return ['first', ...ofEvents(rule), ...ofWindow(rule.window)];
    case 'latest':
      return [
        ...['latest', ...ofEvents(rule), ...ofWindow(rule.window)],
        ...(rule.followedBy === undefined ? [] : ['followedBy', ...ofEvents(rule.followedBy)]),
        ...(rule.notFollowedBy === undefined ? [] : ['notFollowedBy']),
        ...(rule.having.length === 0 ? [] : ['having', ...ofFilter(rule.having)]),
        ...(rule.atLeastAgoMs === 0 ? [] : ['atLeastAgo']),
      ];
    case 'event': {
      const { measure, lines, minus, comparison } = rule;
      return [
        ...['event', ...ofEvents(rule), ...ofWindow(rule.window), measure.of, comparison.op],
        ...(lines === undefined ? [] : ['lines']),
        ...(lines === undefined || lines.where.length === 0 ? [] : ['lines where']),
        ...ofFilter(lines?.where ?? []),
        ...(minus === undefined ? [] : ['minus', ...ofEvents(minus)]),
        ...(measure.of === 'sum' && measure.path.length === 2 ? ['a product'] : []),
      ];
    }
  }
}

function ofAttribute(test: AttributeTest): string[] {
  return [test.of, ...(test.of === 'value' ? ofMatcher(test.matcher) : [])];
}

function ofEvents({ events, where }: EventFilter): string[] {
  return [
    ...(events.length > 1 ? ['a list of events'] : []),
    ...(events.includes('*') ? ['any event'] : []),
    ...(where.length > 0 ? ['where', ...ofFilter(where)] : []),
  ];
}

function ofWindow(window: Window): string[] {
  if (window.kind === 'rolling') return window.toMs > 0 ? ['from … to'] : ['rolling'];
  if (window.kind !== 'calendar') return [window.kind];
  return [`calendar ${window.period}`, ...(window.ago > 0 ? ['a period ago'] : [])];
}

function ofFilter(filter: Filter): string[] {
  return filter.flatMap(({ matcher }) => ofMatcher(matcher));
}

function ofMatcher(matcher: Matcher): string[] {
  return matcher.flatMap((test) => [
    matcherName(test.op),
    ...(test.op === 'some' ? ofFilter(test.filter) : []),
  ]);
}

/** Comparisons and matchers bear the same names. */
function matcherName(op: string): string {
  return `{ ${op}: … }`;
}
