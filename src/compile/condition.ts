import type { DurationMs } from '../base/time.ts';
import type { Zone } from '../base/zone.ts';
import type {
  Condition,
  EventCondition,
  EventFilter,
  LatestCondition,
  LineFilter,
} from '../rules/rule.ts';
import {
  compileAmountTest,
  compileNumberTest,
  countThatDecides,
  countsThatTurn,
  type AmountTest,
  type NumberTest,
} from './comparison.ts';
import { compileContribution, type Contribute, type Measured } from './contribution.ts';
import { compileDateTest, type DateTest } from './date.ts';
import { compileFilter, compileMatcher, type TestEvent, type TestValue } from './matcher.ts';
import { compileAttribute, type ReadObject } from './path.ts';
import {
  compileWindow,
  endsNow,
  type CompiledWindow,
  type LastingWindow,
  type SlidingWindow,
} from './window.ts';

/** What a condition keeps of one customer, and how its truth follows from that. */
export type Shape =
  | CountShape
  /** Instants in any other window that time moves; only the latest when it ends now. */
  | {
      readonly kind: 'instants';
      readonly window: SlidingWindow;
      /** The counts, ascending, at which the answer may change; the last is what must be kept. */
      readonly turns: readonly number[];
      readonly test: NumberTest;
    }
  /** Instants and amounts in such a window, with their sum. */
  | {
      readonly kind: 'amounts';
      readonly window: SlidingWindow;
      readonly isAverage: boolean;
      readonly test: AmountTest;
    }
  /** Instants and amounts in such a window, for their extreme. */
  | {
      readonly kind: 'extremes';
      readonly window: SlidingWindow;
      readonly sign: 1 | -1;
      readonly test: AmountTest;
    }
  /** Instants and values in such a window. */
  | {
      readonly kind: 'values';
      readonly window: SlidingWindow;
      readonly keep: number;
      readonly test: NumberTest;
    }
  /** Numbers for a window that time does not move: how many, their sum. */
  | {
      readonly kind: 'totals';
      readonly window: LastingWindow;
      readonly of: 'count';
      readonly test: NumberTest;
    }
  | {
      readonly kind: 'totals';
      readonly window: LastingWindow;
      readonly of: 'sum' | 'average' | 'min' | 'max';
      readonly test: AmountTest;
    }
  /** The different values for such a window, as many as decide. */
  | {
      readonly kind: 'set';
      readonly window: LastingWindow;
      readonly keep: number;
      readonly test: NumberTest;
    }
  | LatestShape
  | { readonly kind: 'first'; readonly window: CompiledWindow }
  | {
      readonly kind: 'date';
      readonly attribute: string;
      readonly read: ReadObject;
      readonly test: DateTest;
    }
  | {
      readonly kind: 'value';
      readonly attribute: string;
      readonly read: ReadObject;
      readonly test: TestValue;
    }
  | { readonly kind: 'sample'; readonly percent: number; readonly salt: string };

/** The latest instants in a window of so many ms that ends now. */
export interface CountShape {
  readonly kind: 'count';
  readonly windowMs: DurationMs;
  /** As that of `instants`. */
  readonly turns: readonly number[];
  readonly test: NumberTest;
}

export interface LatestShape {
  readonly kind: 'latest';
  readonly window: CompiledWindow;
  readonly atLeastAgoMs: number;
  readonly needsFollowed: boolean;
  readonly needsNotFollowed: boolean;
  readonly having: TestEvent;
}

/** What an event means to a condition. */
export type Part = 'main' | 'minus' | 'followedBy' | 'notFollowedBy';

/** One way in which events touch a condition. */
export interface Use {
  readonly condition: number;
  readonly part: Part;
  readonly source: EventFilter & { readonly lines?: LineFilter | undefined };
  readonly passes: TestEvent;
  readonly contribute: Contribute;
}

export interface PlannedCondition {
  /** The first of the conditions that have one series together; they follow one another. */
  readonly first: number;
  /** Canonical text: equal conditions of different segments have the same. */
  readonly key: string;
  readonly shape: Shape;
  /** Whether it holds for a customer of whom nothing is kept. */
  readonly holdsForNothing: boolean;
  readonly uses: readonly Use[];
}

/** @param first as in the plan */
export function planCondition(
  first: number,
  key: string,
  condition: Condition,
  zone: Zone,
): PlannedCondition {
  const shape = shapeOf(condition, zone);
  const uses = usesOf(first, condition);
  return { first, key, shape, holdsForNothing: holdsForNothing(shape), uses };
}

function holdsForNothing(shape: Shape): boolean {
  switch (shape.kind) {
    case 'count':
    case 'instants':
    case 'values':
    case 'set':
      return shape.test(0);
    case 'amounts':
      return !shape.isAverage && shape.test(0, 1);
    case 'totals':
      if (shape.of === 'count') return shape.test(0);
      return shape.of === 'sum' && shape.test(0, 1);
    case 'value':
      return shape.test(undefined);
    case 'extremes':
    case 'latest':
    case 'first':
    case 'date':
    case 'sample':
      return false;
  }
}

function shapeOf(condition: Condition, zone: Zone): Shape {
  switch (condition.kind) {
    case 'event':
      return eventShape(condition, zone);
    case 'latest':
      return {
        kind: 'latest',
        window: compileWindow(condition.window, zone),
        atLeastAgoMs: condition.atLeastAgoMs,
        needsFollowed: condition.followedBy !== undefined,
        needsNotFollowed: condition.notFollowedBy !== undefined,
        having: compileFilter(condition.having),
      };
    case 'first':
      return { kind: 'first', window: compileWindow(condition.window, zone) };
    case 'attribute': {
      const { name: attribute, test } = condition;
      const read = compileAttribute(attribute);
      if (test.of === 'value') {
        return { kind: 'value', attribute, read, test: compileMatcher(test.matcher) };
      }
      return { kind: 'date', attribute, read, test: compileDateTest(test, zone) };
    }
    case 'sample':
      return condition;
  }
}

function eventShape({ window, measure, comparison }: EventCondition, zone: Zone): Shape {
  const compiled = compileWindow(window, zone);
  const keep = countThatDecides(comparison);
  const isLasting = compiled.kind === 'lasting';
  switch (measure.of) {
    case 'count': {
      const test = compileNumberTest(comparison);
      if (isLasting) return { kind: 'totals', window: compiled, of: 'count', test };
      const turns = countsThatTurn(comparison);
      if (endsNow(window)) return { kind: 'count', windowMs: window.fromMs, turns, test };
      return { kind: 'instants', window: compiled, turns, test };
    }
    case 'distinct': {
      const test = compileNumberTest(comparison);
      if (isLasting) return { kind: 'set', window: compiled, keep, test };
      return { kind: 'values', window: compiled, keep, test };
    }
    case 'sum':
    case 'average':
    case 'min':
    case 'max': {
      const test = compileAmountTest(comparison);
      if (isLasting) return { kind: 'totals', window: compiled, of: measure.of, test };
      if (measure.of === 'min') return { kind: 'extremes', window: compiled, sign: -1, test };
      if (measure.of === 'max') return { kind: 'extremes', window: compiled, sign: 1, test };
      return { kind: 'amounts', window: compiled, isAverage: measure.of === 'average', test };
    }
  }
}

function usesOf(condition: number, rule: Condition): Use[] {
  switch (rule.kind) {
    case 'event':
      return eventUses(condition, rule);
    case 'latest':
      return latestUses(condition, rule);
    case 'first':
      return [plainUse(condition, 'main', rule)];
    case 'attribute':
    case 'sample':
      return [];
  }
}

function eventUses(condition: number, rule: EventCondition): Use[] {
  const { events, where, lines, measure, minus } = rule;
  const uses = [measuringUse(condition, 'main', { events, where, lines }, measuredOf(measure))];
  if (minus !== undefined) {
    uses.push(measuringUse(condition, 'minus', minus, { of: 'amount', path: minus.sum }));
  }
  return uses;
}

function measuredOf(measure: EventCondition['measure']): Measured {
  if (measure.of === 'count') return { of: 'count' };
  if (measure.of === 'distinct') return { of: 'value', path: measure.path };
  return { of: 'amount', path: measure.path };
}

function latestUses(condition: number, rule: LatestCondition): Use[] {
  const uses = [plainUse(condition, 'main', rule)];
  const { followedBy, notFollowedBy } = rule;
  if (followedBy !== undefined) uses.push(plainUse(condition, 'followedBy', followedBy));
  if (notFollowedBy !== undefined) uses.push(plainUse(condition, 'notFollowedBy', notFollowedBy));
  return uses;
}

function plainUse(condition: number, part: Part, { events, where }: EventFilter): Use {
  return measuringUse(condition, part, { events, where }, { of: 'count' });
}

function measuringUse(
  condition: number,
  part: Part,
  source: Use['source'],
  measured: Measured,
): Use {
  const passes = compileFilter(source.where);
  const contribute = compileContribution(measured, source.lines);
  return { condition, part, source, passes, contribute };
}
