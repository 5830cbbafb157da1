import { RE2JS, RE2JSException } from 're2js';
import { unreachable } from '../base/assert.ts';
import { compareUtf8 } from '../base/id.ts';
import { isObject, own, type Json, type JsonObject } from '../base/json.ts';
import { keysAmong, keysHint, placeOf, readList, readMapping, show } from './fault.ts';
import type { Faults, Place } from './fault.ts';
import { addOutOfOrder, readPair } from './parse-comparison.ts';
import {
  NULL_HINT,
  readLimit,
  readOneOf,
  readPath,
  readScalar,
  readScalars,
} from './parse-value.ts';
import type { FieldTest, Filter, Matcher, MatcherTest } from './rule.ts';
import { DATE_TEST_KEYS, MATCHER_KEYS } from './schema.ts';

const PATTERN_LENGTH_MAX = 256;

/** As deep as rules: `some` within `some`. */
const SOME_DEPTH_MAX = 8;

type MatcherKey = (typeof MATCHER_KEYS)[number];

/**
 * Reads a filter: paths and their matchers, sorted by path so that equal filters are equal.
 *
 * @returns undefined when a fault was added
 */
export function readFilter(
  value: unknown,
  place: Place,
  faults: Faults,
  depth = 0,
): Filter | undefined {
  if (!isObject(value)) {
    const hint = 'such as { category: toys }';
    return faults.add(place, `a filter must be a mapping, not ${show(value)}`, hint);
  }
  const before = faults.errors.length;
  const tests: FieldTest[] = [];
  for (const key of Object.keys(value).toSorted(compareUtf8)) {
    const keyPlace = placeOf(place, key);
    const path = readPath(key, keyPlace, faults);
    const matcher = readMatcher(own(value, key), keyPlace, faults, depth);
    if (path !== undefined && matcher !== undefined) tests.push({ path, matcher });
  }
  return faults.errors.length > before ? undefined : tests;
}

/** Reads a scalar (equals), a list (one of) or a mapping of operators. */
export function readMatcher(
  value: Json | undefined,
  place: Place,
  faults: Faults,
  depth = 0,
): Matcher | undefined {
  if (value === null || value === undefined) {
    return faults.add(place, 'the matcher is empty', NULL_HINT);
  }
  if (!isObject(value)) {
    const values = readOneOf(value, place, faults);
    return values === undefined ? undefined : [{ op: 'in', values }];
  }
  const dateKey = keysAmong(value, DATE_TEST_KEYS)[0];
  if (dateKey !== undefined) {
    const hint = 'it asks the date that an attribute holds: { attribute: birth_date, … }';
    return faults.add(placeOf(place, dateKey), `"${dateKey}" is for attributes only`, hint);
  }
  if (Object.keys(value).length === 0) {
    return faults.add(place, 'the matcher is empty', keysHint(MATCHER_KEYS));
  }
  const before = faults.errors.length;
  const fields = readMapping(value, MATCHER_KEYS, 'a matcher', place, faults);
  if (fields === undefined) return undefined;
  const tests = readOperators(fields, place, faults, depth);
  return faults.errors.length > before ? undefined : tests;
}

/** Reads the operators among the keys of a mapping; the result is empty when there is none. */
export function readOperators(
  fields: JsonObject,
  place: Place,
  faults: Faults,
  depth = 0,
): MatcherTest[] {
  const tests: MatcherTest[] = [];
  for (const key of MATCHER_KEYS) {
    const value = own(fields, key);
    if (value === undefined) continue;
    const test = readOperator(key, value, placeOf(place, key), faults, depth);
    if (test !== undefined) tests.push(test);
  }
  return tests;
}

function readOperator(
  op: MatcherKey,
  value: Json,
  place: Place,
  faults: Faults,
  depth: number,
): MatcherTest | undefined {
  switch (op) {
    case 'equals':
    case 'contains': {
      const scalar = readScalar(value, place, faults);
      if (scalar === undefined) return undefined;
      return op === 'equals' ? { op: 'in', values: [scalar] } : { op, value: scalar };
    }
    case 'in':
    case 'notIn': {
      const list = readList(value, `"${op}"`, place, faults);
      const values = list === undefined ? undefined : readScalars(list, place, faults);
      return values === undefined ? undefined : { op, values };
    }
    case 'not': {
      const values = readOneOf(value, place, faults);
      return values === undefined ? undefined : { op: 'notIn', values };
    }
    case 'atLeast':
    case 'atMost':
    case 'moreThan':
    case 'lessThan': {
      const limit = readLimit(value, place, faults);
      return limit === undefined ? undefined : { op, value: limit };
    }
    case 'between':
      return readRange(value, place, faults);
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return readTextTest(op, value, place, faults);
    case 'exists':
      if (typeof value === 'boolean') return { op, value };
      return faults.add(place, `"exists" must be true or false, not ${show(value)}`);
    case 'some':
      return readSome(value, place, faults, depth);
    default:
      return unreachable(op);
  }
}

function readRange(value: unknown, place: Place, faults: Faults): MatcherTest | undefined {
  const pair = readPair(value, place, faults);
  if (pair === undefined) return undefined;
  const low = readLimit(pair[0], `${place}[0]`, faults);
  const high = readLimit(pair[1], `${place}[1]`, faults);
  if (low === undefined || high === undefined) return undefined;
  if (typeof low === 'string' && typeof high === 'string') {
    if (compareUtf8(low, high) > 0) return addOutOfOrder(pair, place, faults);
  } else if (typeof low === 'number' && typeof high === 'number') {
    if (low > high) return addOutOfOrder(pair, place, faults);
  } else {
    const message = `the ends ${show(low)} and ${show(high)} are of two types`;
    return faults.add(place, message, 'numbers are compared with numbers, text with text');
  }
  return { op: 'between', low, high };
}

function readTextTest(
  op: 'startsWith' | 'endsWith' | 'matches',
  value: unknown,
  place: Place,
  faults: Faults,
): MatcherTest | undefined {
  if (typeof value !== 'string') {
    const hint = typeof value === 'number' ? `quote it: "${value}"` : undefined;
    return faults.add(place, `"${op}" must be text, not ${show(value)}`, hint);
  }
  if (op === 'matches' && !checkPattern(value, place, faults)) return undefined;
  return { op, value };
}

function checkPattern(pattern: string, place: Place, faults: Faults): boolean {
  const length = Array.from(pattern).length;
  if (length > PATTERN_LENGTH_MAX) {
    const most = `at most ${PATTERN_LENGTH_MAX} are allowed`;
    const message = `the pattern has ${length} characters; ${most}`;
    faults.add(place, message, 'a list, startsWith or contains may do');
    return false;
  }
  try {
    RE2JS.compile(pattern);
    return true;
  } catch (error) {
    const why = error instanceof RE2JSException ? error.message : 'it is too complex';
    const hint = `${why}; patterns are written as for RE2, without look-around and back-references`;
    faults.add(place, `${show(pattern)} is no pattern`, hint);
    return false;
  }
}

function readSome(
  value: unknown,
  place: Place,
  faults: Faults,
  depth: number,
): MatcherTest | undefined {
  if (depth >= SOME_DEPTH_MAX) {
    return faults.add(place, `"some" is nested deeper than ${SOME_DEPTH_MAX}`);
  }
  const filter = readFilter(value, place, faults, depth + 1);
  return filter === undefined ? undefined : { op: 'some', filter };
}
