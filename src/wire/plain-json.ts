import { isObject, type Json, type JsonObject } from '../base/json.ts';

/** How deep a value may nest: what is deeper could exhaust the stack of whoever walks it. */
export const DEPTH_MAX = 64;

/**
 * Whether a value is what JSON can say: no other prototypes, no functions, no big integers, and at
 * most `depthMax` levels of arrays and objects.
 */
export function isPlainJson(value: unknown, depthMax: number = DEPTH_MAX): value is Json {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return true;
    case 'object':
      return value === null || (depthMax > 0 && isPlainContainer(value, depthMax - 1));
    default:
      return false;
  }
}

function isPlainContainer(container: object, depthMax: number): boolean {
  if (Array.isArray(container)) {
    for (let i = 0; i < container.length; i++) {
      if (!isPlainJson(container[i], depthMax)) return false;
    }
    return true;
  }
  if (!isObject(container) || Object.getPrototypeOf(container) !== Object.prototype) return false;
  for (const key in container) {
    if (!isPlainJson(container[key], depthMax)) return false;
  }
  return true;
}

/**
 * No less than the characters of a value's JSON. Quicker than to write it.
 *
 * @param value parsed from JSON
 * @returns     infinite when it nests deeper than `depthMax`
 */
export function jsonLengthMax(value: Json, depthMax: number = DEPTH_MAX): number {
  if (typeof value === 'string') return textLengthMax(value);
  if (typeof value !== 'object' || value === null) return SCALAR_LENGTH_MAX;
  if (depthMax === 0) return Number.POSITIVE_INFINITY;
  let length = 2;
  if (isList(value)) {
    for (let i = 0; i < value.length; i++)
      length += 1 + jsonLengthMax(value[i] ?? null, depthMax - 1);
    return length;
  }
  for (const key in value) {
    const each = value[key] ?? null;
    // Most are texts: this is quicker than to ask there.
    const eachMax =
      typeof each === 'string' ? textLengthMax(each) : jsonLengthMax(each, depthMax - 1);
    length += 2 + textLengthMax(key) + eachMax;
  }
  return length;
}

/** No less than the characters of a text's JSON: each may be written as `\u0000`. */
function textLengthMax(text: string): number {
  return 2 + text.length * 6;
}

/** Of `-1.7976931348623157e+308`. */
const SCALAR_LENGTH_MAX = 24;

/** `Array.isArray` does not tell a list that may not be changed from an object. */
export function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
