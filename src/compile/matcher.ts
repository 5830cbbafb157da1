import { RE2JS } from 're2js';
import { unreachable } from '../base/assert.ts';
import { compareUtf8 } from '../base/id.ts';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import type { FieldTest, Filter, Matcher, MatcherTest, Scalar } from '../rules/rule.ts';
import { compileEventPath, compilePath } from './path.ts';

/** Whether a value passes; undefined and null are a missing value. */
export type TestValue = (value: Json | undefined) => boolean;

/** Whether an event passes. */
export type TestEvent = (properties: JsonObject, context: JsonObject) => boolean;

/** Whether a line or an element of an array passes. */
export type TestObject = (object: JsonObject) => boolean;

/**
 * Makes a predicate of the filter of an event. Types are strict: 5, "5" and true are three values.
 * Like all predicates of this file it allocates nothing, except where a pattern is searched.
 */
export function compileFilter(filter: Filter): TestEvent {
  const tests = filter.map(({ path, matcher }): TestEvent => {
    const read = compileEventPath(path);
    const test = compileMatcher(matcher);
    return (properties, context) => test(read(properties, context));
  });
  const [first, second] = tests;
  if (first === undefined) return passAll;
  if (second === undefined) return first;
  if (tests.length === 2) return (p, c) => first(p, c) && second(p, c);
  return (properties, context) => {
    for (const test of tests) if (!test(properties, context)) return false;
    return true;
  };
}

/** One for all: thousands of conditions have no filter, and each function is memory to be read. */
const passAll: TestEvent = () => true;

/** Makes a predicate of the filter of a line or an element: there is no context. */
export function compileObjectFilter(filter: Filter): TestObject {
  const tests = filter.map(compileField);
  const [first] = tests;
  if (first === undefined) return () => true;
  if (tests.length === 1) return first;
  return (object) => {
    for (const test of tests) if (!test(object)) return false;
    return true;
  };
}

function compileField({ path, matcher }: FieldTest): TestObject {
  const read = compilePath(path);
  const test = compileMatcher(matcher);
  return (object) => test(read(object));
}

/** @throws re2js's own error for a pattern that `parse` has not let through */
export function compileMatcher(matcher: Matcher): TestValue {
  const tests = matcher.map(compileTest);
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (value) => first(value) && second(value);
  return (value) => {
    for (const test of tests) if (!test(value)) return false;
    return true;
  };
}

function compileTest(test: MatcherTest): TestValue {
  switch (test.op) {
    case 'in':
      return compileIn(test.values);
    case 'notIn': {
      const isIn = compileIn(test.values);
      return (value) => !isIn(value);
    }
    case 'atLeast':
    case 'atMost':
    case 'moreThan':
    case 'lessThan':
      return typeof test.value === 'number'
        ? compileNumberOrder(test.op, test.value)
        : compileTextOrder(test.op, test.value);
    case 'between': {
      const { low, high } = test;
      const isFrom = compileTest({ op: 'atLeast', value: low });
      const isTo = compileTest({ op: 'atMost', value: high });
      return (value) => isFrom(value) && isTo(value);
    }
    case 'contains':
      return compileContains(test.value);
    case 'startsWith': {
      const { value: start } = test;
      return (value) => typeof value === 'string' && value.startsWith(start);
    }
    case 'endsWith': {
      const { value: end } = test;
      return (value) => typeof value === 'string' && value.endsWith(end);
    }
    case 'matches': {
      // Linear in the text's length, so that no pattern can hold up a partition.
      const pattern = RE2JS.compile(test.value);
      return (value) => typeof value === 'string' && pattern.test(value);
    }
    case 'exists': {
      const { value: wanted } = test;
      return (value) => (value !== undefined && value !== null) === wanted;
    }
    case 'some':
      return compileSome(test.filter);
    default:
      return unreachable(test);
  }
}

/** Arrays and objects are never equal to a scalar, and a missing value is equal to nothing. */
function compileIn(values: readonly Scalar[]): TestValue {
  const [first, second] = values;
  if (first !== undefined && values.length === 1) return (value) => value === first;
  if (second !== undefined && values.length === 2) {
    return (value) => value === first || value === second;
  }
  const set = new Set<Json | undefined>(values);
  return (value) => set.has(value);
}

type Order = 'atLeast' | 'atMost' | 'moreThan' | 'lessThan';

function compileNumberOrder(op: Order, limit: number): TestValue {
  switch (op) {
    case 'atLeast':
      return (value) => typeof value === 'number' && value >= limit;
    case 'atMost':
      return (value) => typeof value === 'number' && value <= limit;
    case 'moreThan':
      return (value) => typeof value === 'number' && value > limit;
    case 'lessThan':
      return (value) => typeof value === 'number' && value < limit;
    default:
      return unreachable(op);
  }
}

function compileTextOrder(op: Order, limit: string): TestValue {
  switch (op) {
    case 'atLeast':
      return (value) => typeof value === 'string' && compareUtf8(value, limit) >= 0;
    case 'atMost':
      return (value) => typeof value === 'string' && compareUtf8(value, limit) <= 0;
    case 'moreThan':
      return (value) => typeof value === 'string' && compareUtf8(value, limit) > 0;
    case 'lessThan':
      return (value) => typeof value === 'string' && compareUtf8(value, limit) < 0;
    default:
      return unreachable(op);
  }
}

/** A part of a text, or an element of an array that is this very value. */
function compileContains(wanted: Scalar): TestValue {
  return (value) => {
    if (typeof value === 'string') return typeof wanted === 'string' && value.includes(wanted);
    return Array.isArray(value) && value.includes(wanted);
  };
}

function compileSome(filter: Filter): TestValue {
  const passes = compileObjectFilter(filter);
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (const element of value) if (isObject(element) && passes(element)) return true;
    return false;
  };
}
