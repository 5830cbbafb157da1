import { own, type JsonObject } from '../base/json.ts';
import { keysAmong, placeOf, show, type Faults, type Place } from './fault.ts';
import type { Comparison } from './rule.ts';
import { COMPARISON_KEYS } from './schema.ts';

/** Reads one operand of a comparison: a number, or the length of a duration in ms. */
export type ReadOperand = (value: unknown, place: Place, faults: Faults) => number | undefined;

/**
 * Reads the comparison among the keys of a mapping, of which there must be one.
 *
 * @returns undefined when a fault was added
 */
export function readComparison(
  fields: JsonObject,
  readOperand: ReadOperand,
  place: Place,
  faults: Faults,
): Comparison | undefined {
  const ops = keysAmong(fields, COMPARISON_KEYS);
  const [op, other] = ops;
  if (op === undefined) {
    const hint = `add one of ${COMPARISON_KEYS.join(', ')}`;
    return faults.add(place, 'a comparison is missing', hint);
  }
  if (other !== undefined) {
    const message = `there are two comparisons, "${op}" and "${other}"`;
    return faults.add(placeOf(place, other), message, 'keep one; a range is between: [low, high]');
  }
  const value = own(fields, op);
  const opPlace = placeOf(place, op);
  if (op === 'between') return readBetween(value, readOperand, opPlace, faults);
  const operand = readOperand(value, opPlace, faults);
  return operand === undefined ? undefined : { op, value: operand };
}

function readBetween(
  value: unknown,
  readOperand: ReadOperand,
  place: Place,
  faults: Faults,
): Comparison | undefined {
  const pair = readPair(value, place, faults);
  if (pair === undefined) return undefined;
  const low = readOperand(pair[0], `${place}[0]`, faults);
  const high = readOperand(pair[1], `${place}[1]`, faults);
  if (low === undefined || high === undefined) return undefined;
  if (low > high) return addOutOfOrder(pair, place, faults);
  return { op: 'between', low, high };
}

/** Takes a value as the two ends of `between`. */
export function readPair(
  value: unknown,
  place: Place,
  faults: Faults,
): readonly [unknown, unknown] | undefined {
  if (!Array.isArray(value)) {
    return faults.add(place, `"between" must be a list, not ${show(value)}`, 'write [low, high]');
  }
  if (value.length !== 2) {
    const message = `"between" must have two ends, not ${value.length}`;
    return faults.add(place, message, 'write [low, high]');
  }
  return [value[0], value[1]];
}

export function addOutOfOrder(
  [low, high]: readonly [unknown, unknown],
  place: Place,
  faults: Faults,
): undefined {
  const message = `the low end ${show(low)} is above the high end ${show(high)}`;
  return faults.add(place, message, 'swap the two');
}

export function readNumber(value: unknown, place: Place, faults: Faults): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const isQuoted = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
  const hint = isQuoted ? `write it without quotes: ${value}` : undefined;
  return faults.add(place, `this must be a number, not ${show(value)}`, hint);
}
