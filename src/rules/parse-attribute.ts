import { own, type Json, type JsonObject } from '../base/json.ts';
import { keysHint, placeOf, readMapping, readText, type Faults, type Place } from './fault.ts';
import { readComparison, readNumber } from './parse-comparison.ts';
import { readOperators } from './parse-filter.ts';
import { readDuration } from './parse-window.ts';
import type { AttributeTest, Comparison, Rule } from './rule.ts';
import { COMPARISON_KEYS, DATE_TEST_KEYS, MATCHER_KEYS } from './schema.ts';

/**
 * Reads a condition on an attribute; its keys are checked. Where the value and its date are tested
 * at once, each is a condition of its own, and all of them must hold.
 */
export function readAttributeRule(
  fields: JsonObject,
  place: Place,
  faults: Faults,
): Rule | undefined {
  const before = faults.errors.length;
  const namePlace = placeOf(place, 'attribute');
  const name = readText(own(fields, 'attribute'), 'the name of an attribute', namePlace, faults);
  const tests = readTests(fields, place, faults);
  if (name === undefined || faults.errors.length > before) return undefined;
  const [first, ...others] = tests.map((test) => ({ kind: 'attribute', name, test }) as const);
  if (first === undefined) {
    // With an unknown key the matcher is misspelt rather than missing, and that has been said.
    if (Object.keys(fields).length > 1) return undefined;
    const hint = keysHint([...MATCHER_KEYS, ...DATE_TEST_KEYS]);
    return faults.add(place, `the attribute "${name}" has no matcher`, hint);
  }
  return others.length === 0 ? first : { kind: 'all', rules: [first, ...others] };
}

function readTests(fields: JsonObject, place: Place, faults: Faults): AttributeTest[] {
  const tests: AttributeTest[] = [];
  const matcher = readOperators(fields, place, faults);
  if (matcher.length > 0) tests.push({ of: 'value', matcher });
  for (const key of DATE_TEST_KEYS) {
    const value = own(fields, key);
    if (value === undefined) continue;
    const test = readDateTest(key, value, placeOf(place, key), faults);
    if (test !== undefined) tests.push(test);
  }
  return tests;
}

function readDateTest(
  of: (typeof DATE_TEST_KEYS)[number],
  value: Json,
  place: Place,
  faults: Faults,
): AttributeTest | undefined {
  if (of === 'anniversary') return readAnniversary(value, place, faults);
  const fields = readMapping(value, COMPARISON_KEYS, `"${of}"`, place, faults);
  if (fields === undefined) return undefined;
  const readOperand = of === 'age' ? readNumber : readDuration;
  const comparison: Comparison | undefined = readComparison(fields, readOperand, place, faults);
  return comparison === undefined ? undefined : { of, comparison };
}

function readAnniversary(value: Json, place: Place, faults: Faults): AttributeTest | undefined {
  const fields = readMapping(value, ['within'], '"anniversary"', place, faults);
  if (fields === undefined) return undefined;
  const within = own(fields, 'within');
  if (within === undefined) {
    const hint = 'say how far ahead: anniversary: { within: 7d }';
    return faults.add(place, '"within" is missing in "anniversary"', hint);
  }
  const withinMs = readDuration(within, placeOf(place, 'within'), faults);
  return withinMs === undefined ? undefined : { of: 'anniversary', withinMs };
}
