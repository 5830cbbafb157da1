import { isObject, type Json } from '../base/json.ts';

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
