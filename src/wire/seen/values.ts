import { isPrivateMark } from '../../base/private-mark.ts';
import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { parseDate, parseInstant } from '../../base/time.ts';
import { DEPTH_MAX, ELEMENTS_MAX, VALUES_MAX } from './limits.ts';
import type { Example, FieldKind } from './seen.ts';

/** One value of an event. Null is missing, so there is none of it. */
export interface FoundValue {
  readonly path: string;
  readonly kind: FieldKind;
  /** What may be shown of it; undefined: nothing. */
  readonly shown: Example['value'] | undefined;
}

/** An instant with all that ISO 8601 allows is not longer. */
const DATE_LENGTH_MAX = 40;

/**
 * The values of an object with their paths, those of its objects and lists among them, as far as
 * the limits let it look.
 */
export function valuesIn(object: JsonObject): FoundValue[] {
  const found: FoundValue[] = [];
  collect(object, '', 1, found);
  return found;
}

function collect(object: JsonObject, prefix: string, depth: number, found: FoundValue[]): void {
  // Not `Object.entries`: an object may have a hundred thousand keys.
  for (const key in object) {
    if (found.length >= VALUES_MAX) return;
    const value = object[key];
    if (value !== undefined) visit(value, prefix + key, depth, found);
  }
}

function visit(value: Json, path: string, depth: number, found: FoundValue[]): void {
  if (value === null || found.length >= VALUES_MAX) return;
  if (Array.isArray(value)) {
    found.push({ path, kind: 'list', shown: undefined });
    if (depth >= DEPTH_MAX) return;
    const elements: readonly Json[] = value;
    for (let i = 0; i < Math.min(elements.length, ELEMENTS_MAX); i++) {
      const element = elements[i];
      // The path says that there are objects; `products[]` alone would say nothing more.
      if (isObject(element)) collect(element, `${path}[].`, depth + 1, found);
      else if (element !== undefined) visit(element, `${path}[]`, depth + 1, found);
    }
  } else if (isObject(value)) {
    found.push({ path, kind: 'object', shown: undefined });
    if (depth < DEPTH_MAX) collect(value, `${path}.`, depth + 1, found);
  } else {
    found.push({ path, kind: kindOf(value), shown: shownOf(value) });
  }
}

function kindOf(value: Json): FieldKind {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'string') return 'object';
  if (isPrivateMark(value)) return 'private';
  return isDate(value) ? 'date' : 'text';
}

/** What may be a mail address is nobody's business, nor is a private value. */
function shownOf(value: Json): Example['value'] | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  return value.includes('@') || isPrivateMark(value) ? undefined : value;
}

function isDate(text: string): boolean {
  if (text.length < 10 || text.length > DATE_LENGTH_MAX) return false;
  if (parseDate(text.slice(0, 10)) === undefined) return false;
  return text.length === 10 || parseInstant(text) !== undefined;
}
