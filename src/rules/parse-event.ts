import { compareUtf8 } from '../base/id.ts';
import { own, type JsonObject } from '../base/json.ts';
import { keysAmong, placeOf, readList, readMapping, readText } from './fault.ts';
import type { Faults, Place } from './fault.ts';
import { readComparison, readNumber } from './parse-comparison.ts';
import { readFilter } from './parse-filter.ts';
import { readPath, readProduct } from './parse-value.ts';
import { readWindow } from './parse-window.ts';
import type {
  Comparison,
  EventCondition,
  EventFilter,
  LineFilter,
  Measure,
  SumOf,
} from './rule.ts';
import type { Window } from './rule.ts';
import { COMPARISON_KEYS, LINES_KEYS, MEASURE_KEYS, MINUS_KEYS } from './schema.ts';

/** Reads a condition on how often, or how much of it, an event happened; its keys are checked. */
export function readEventCondition(
  fields: JsonObject,
  place: Place,
  faults: Faults,
): EventCondition | undefined {
  const filter = readEventFilter(fields, 'event', place, faults);
  const window = readWithin(fields, place, faults);
  const lines = readLines(fields, place, faults);
  const measure = readMeasure(fields, place, faults);
  const minus = readMinus(fields, measure, place, faults);
  const comparison = readThreshold(fields, place, faults);
  if (filter === undefined || window === undefined) return undefined;
  if (measure === undefined || comparison === undefined) return undefined;
  return {
    kind: 'event',
    ...filter,
    window,
    measure,
    ...(lines === undefined ? {} : { lines }),
    ...(minus === undefined ? {} : { minus }),
    comparison,
  };
}

/**
 * Reads which events are meant: the names under a key, and `where`.
 *
 * @param key the key that holds the names: `event`, `latest`, `first`
 */
export function readEventFilter(
  fields: JsonObject,
  key: string,
  place: Place,
  faults: Faults,
): EventFilter | undefined {
  const events = readEventNames(own(fields, key), key, placeOf(place, key), faults);
  const value = own(fields, 'where');
  const where = value === undefined ? [] : readFilter(value, placeOf(place, 'where'), faults);
  return events === undefined || where === undefined ? undefined : { events, where };
}

function readEventNames(
  value: unknown,
  key: string,
  place: Place,
  faults: Faults,
): readonly string[] | undefined {
  if (value === undefined) return faults.add(place, `"${key}" is missing`, 'name an event');
  if (!Array.isArray(value)) {
    const name = readText(value, 'the name of an event', place, faults);
    return name === undefined ? undefined : [name];
  }
  const list = readList(value, 'the list of events', place, faults) ?? [];
  const names = list.flatMap(
    (name, i) => readText(name, 'the name of an event', `${place}[${i}]`, faults) ?? [],
  );
  if (names.includes('*') && names.length > 1) {
    return faults.add(place, '"*" stands for all events and has no others beside it', 'event: "*"');
  }
  if (list.length === 0 || names.length < list.length) return undefined;
  return [...new Set(names)].toSorted(compareUtf8);
}

/** Reads the window under `within`; without it: ever. */
export function readWithin(fields: JsonObject, place: Place, faults: Faults): Window | undefined {
  const value = own(fields, 'within');
  if (value === undefined) return { kind: 'ever' };
  return readWindow(value, placeOf(place, 'within'), faults);
}

function readLines(fields: JsonObject, place: Place, faults: Faults): LineFilter | undefined {
  const value = own(fields, 'lines');
  if (value === undefined) return undefined;
  const linesPlace = placeOf(place, 'lines');
  const lines = readMapping(value, LINES_KEYS, '"lines"', linesPlace, faults);
  if (lines === undefined) return undefined;
  const path = own(lines, 'of');
  if (path === undefined) {
    const hint = 'name the array: lines: { of: products }';
    return faults.add(linesPlace, '"of" is missing in "lines"', hint);
  }
  const of = readPath(path, placeOf(linesPlace, 'of'), faults);
  const condition = own(lines, 'where');
  const wherePlace = placeOf(linesPlace, 'where');
  const where = condition === undefined ? [] : readFilter(condition, wherePlace, faults);
  return of === undefined || where === undefined ? undefined : { of, where };
}

/** The one measure among the keys; without one it is the count. */
function readMeasure(fields: JsonObject, place: Place, faults: Faults): Measure | undefined {
  const [key, other] = keysAmong(fields, MEASURE_KEYS);
  if (key === undefined) return { of: 'count' };
  if (other !== undefined) {
    const message = `there are two measures, "${key}" and "${other}"`;
    return faults.add(placeOf(place, other), message, 'make two conditions, under all or any');
  }
  const keyPlace = placeOf(place, key);
  if (key === 'distinct') {
    const path = readPath(own(fields, key), keyPlace, faults);
    return path === undefined ? undefined : { of: key, path };
  }
  const path = readProduct(own(fields, key), keyPlace, faults);
  return path === undefined ? undefined : { of: key, path };
}

function readMinus(
  fields: JsonObject,
  measure: Measure | undefined,
  place: Place,
  faults: Faults,
): SumOf | undefined {
  const value = own(fields, 'minus');
  if (value === undefined) return undefined;
  const minusPlace = placeOf(place, 'minus');
  if (measure !== undefined && measure.of !== 'sum') {
    const message = `"minus" is taken off a sum, not off the ${measure.of}`;
    faults.add(minusPlace, message, 'add sum: <path>');
  }
  const minus = readMapping(value, MINUS_KEYS, '"minus"', minusPlace, faults);
  if (minus === undefined) return undefined;
  const filter = readEventFilter(minus, 'event', minusPlace, faults);
  const lines = readLines(minus, minusPlace, faults);
  if (own(minus, 'sum') === undefined) {
    return faults.add(minusPlace, '"sum" is missing in "minus"', 'say of what: sum: total');
  }
  const sum = readProduct(own(minus, 'sum'), placeOf(minusPlace, 'sum'), faults);
  if (filter === undefined || sum === undefined) return undefined;
  return { ...filter, ...(lines === undefined ? {} : { lines }), sum };
}

/** Without a comparison a count must be at least 1; any other measure needs one. */
function readThreshold(fields: JsonObject, place: Place, faults: Faults): Comparison | undefined {
  const isPlainCount = keysAmong(fields, [...MEASURE_KEYS, ...COMPARISON_KEYS]).length === 0;
  if (isPlainCount) return { op: 'atLeast', value: 1 };
  return readComparison(fields, readNumber, place, faults);
}
