import type { Json, JsonObject } from '../../src/base/json.ts';
import type { EpochMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type * as rules from '../../src/rules/rule.ts';
import { holds } from './holds.ts';
import type { View } from './view.ts';

/*
 * Short words for the model's own tests.
 */

export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** `2026-01-05`, `2026-01-05T10:00` or a whole instant, in UTC where no zone is given. */
export function at(text: string): EpochMs {
  const day = text.length === 10 ? `${text}T00:00:00Z` : text;
  return Date.parse(/Z|[+-]\d\d:\d\d$/.test(day) ? day : `${day}Z`);
}

export function track(event: string, when: EpochMs, properties: JsonObject = {}): CustomerEvent {
  return { type: 'track', customer: 'ann', at: when, event, properties, context: {} };
}

export function identify(when: EpochMs, traits: JsonObject): CustomerEvent {
  return { ...track('$identify', when, traits), type: 'identify' };
}

export function of(customer: string, event: CustomerEvent): CustomerEvent {
  return { ...event, customer };
}

/** Whether a rule holds for events that all came in time. */
export function holdsAt(
  rule: rules.Rule,
  events: readonly CustomerEvent[],
  when: EpochMs,
  more: Partial<View> = {},
): boolean {
  const known = events.map((event) => ({ event, at: event.at }));
  const view = {
    customer: 'ann',
    events: known,
    at: when,
    segments: new Map(),
    zone: 'UTC',
    ...more,
  };
  return holds(rule, view);
}

export function within(ms: number): rules.Window {
  return { kind: 'rolling', fromMs: ms, toMs: 0 };
}

export function compare(
  op: 'atLeast' | 'atMost' | 'moreThan' | 'lessThan' | 'equals',
  value: number,
) {
  return { op, value } satisfies rules.Comparison;
}

/** An event condition; counts at least 1 event ever where nothing else is said. */
export function event(
  name: string,
  more: Partial<rules.EventCondition> = {},
): rules.EventCondition {
  return {
    kind: 'event',
    events: [name],
    where: [],
    window: { kind: 'ever' },
    measure: { of: 'count' },
    comparison: compare('atLeast', 1),
    ...more,
  };
}

/** A measure of the property `price`. */
export function price(of: 'sum' | 'average' | 'min' | 'max'): rules.Measure {
  return { of, path: [['price']] };
}

export function latest(
  name: string,
  more: Partial<rules.LatestCondition> = {},
): rules.LatestCondition {
  const window = { kind: 'ever' } as const;
  return {
    kind: 'latest',
    events: [name],
    where: [],
    window,
    atLeastAgoMs: 0,
    having: [],
    ...more,
  };
}

export function attribute(name: string, test: rules.AttributeTest): rules.AttributeCondition {
  return { kind: 'attribute', name, test };
}

export function not(rule: rules.Rule): rules.Rule {
  return { kind: 'not', rule };
}

/** A filter of one test of the property `p`. */
export function where(...matcher: rules.MatcherTest[]): rules.Filter {
  return [{ path: ['p'], matcher }];
}

/** Whether a matcher holds for a value of a property; undefined: the property is missing. */
export function matcherHolds(test: rules.MatcherTest, value: Json | undefined): boolean {
  const properties: JsonObject = value === undefined ? {} : { p: value };
  return holdsAt(event('E', { where: where(test) }), [track('E', 0, properties)], 0);
}
