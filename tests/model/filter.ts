import { RE2JS } from 're2js';
import type { Json, JsonObject } from '../../src/base/json.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Filter, Matcher, MatcherTest, Path, Scalar } from '../../src/rules/rule.ts';

/** Finds what stands at a path; undefined when it is missing, and null is missing. */
export type Reader = (path: Path) => Json | undefined;

/** `context.` reads the event's context, anything else its properties. */
export function eventReader(event: CustomerEvent): Reader {
  return (path) =>
    path[0] === 'context' && path.length > 1
      ? read(event.context, path.slice(1))
      : read(event.properties, path);
}

/** Lines of an event and elements of an array know no context. */
export function elementReader(element: JsonObject): Reader {
  return (path) => read(element, path);
}

/** Own keys of plain objects only, not into arrays. */
export function read(value: Json | undefined, path: Path): Json | undefined {
  let found = value;
  for (const key of path) {
    if (!isPlainObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found ?? undefined;
}

export function isPlainObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Array.isArray does not narrow readonly arrays. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A filter maps paths to matchers; all must hold. */
export function passes(filter: Filter, reader: Reader): boolean {
  return filter.every((field) => matches(field.matcher, reader(field.path)));
}

/** Several operators in one matcher must all hold. */
export function matches(matcher: Matcher, value: Json | undefined): boolean {
  return matcher.every((test) => holdsFor(test, value ?? undefined));
}

function holdsFor(test: MatcherTest, value: Json | undefined): boolean {
  if (test.op === 'exists') return (value !== undefined) === test.value;
  if (test.op === 'notIn') return !test.values.some((scalar) => scalar === value);
  if (value === undefined) return false;
  switch (test.op) {
    case 'in':
      return test.values.some((scalar) => scalar === value);
    case 'atLeast':
      return ordered(value, test.value, (order) => order >= 0);
    case 'atMost':
      return ordered(value, test.value, (order) => order <= 0);
    case 'moreThan':
      return ordered(value, test.value, (order) => order > 0);
    case 'lessThan':
      return ordered(value, test.value, (order) => order < 0);
    case 'between':
      return (
        ordered(value, test.low, (order) => order >= 0) &&
        ordered(value, test.high, (order) => order <= 0)
      );
    case 'contains':
      return contains(value, test.value);
    case 'startsWith':
      return typeof value === 'string' && value.startsWith(test.value);
    case 'endsWith':
      return typeof value === 'string' && value.endsWith(test.value);
    case 'matches':
      return typeof value === 'string' && pattern(test.value).matcher(value).find();
    case 'some':
      return (
        isArray(value) &&
        value.some(
          (element) => isPlainObject(element) && passes(test.filter, elementReader(element)),
        )
      );
  }
}

/** Number with number, and text with text by UTF-8 bytes; anything else does not hold. */
function ordered(value: Json, threshold: Json, holds: (order: number) => boolean): boolean {
  if (typeof value === 'number' && typeof threshold === 'number') {
    return holds(value < threshold ? -1 : value > threshold ? 1 : 0);
  }
  if (typeof value === 'string' && typeof threshold === 'string') {
    return holds(Buffer.compare(Buffer.from(value), Buffer.from(threshold)));
  }
  return false;
}

/** A substring of a text, or an element of an array. */
function contains(value: Json, wanted: Scalar): boolean {
  if (isArray(value)) return value.some((element) => element === wanted);
  return typeof value === 'string' && typeof wanted === 'string' && value.includes(wanted);
}

const patterns = new Map<string, RE2JS>();

function pattern(text: string): RE2JS {
  const known = patterns.get(text) ?? RE2JS.compile(text);
  patterns.set(text, known);
  return known;
}
