import { isObject, own, type Json, type JsonObject } from '../base/json.ts';
import type { Path } from '../rules/rule.ts';

/** Reads one value of an object; undefined where it is missing, and null is missing. */
export type ReadObject = (object: JsonObject) => Json | undefined;

/** Reads one value of an event, of its properties or its context. */
export type ReadEvent = (properties: JsonObject, context: JsonObject) => Json | undefined;

/** Reads the value at a path of a line, an element or a set of attributes: there is no context. */
export function compilePath(path: Path): ReadObject {
  const [first, second, third] = path;
  if (first === undefined) return () => undefined;
  const readFirst = compileKey(first);
  if (second === undefined) return readFirst;
  const readSecond = compileKey(second);
  if (third === undefined) {
    return (object) => {
      const inner = readFirst(object);
      return isObject(inner) ? readSecond(inner) : undefined;
    };
  }
  return (object) => readPath(object, path);
}

/** As `compilePath` for an event: `context.` begins a path of its context. */
export function compileEventPath(path: Path): ReadEvent {
  const [first, ...rest] = path;
  if (first === 'context' && rest.length > 0) {
    const read = compilePath(rest);
    return (_properties, context) => read(context);
  }
  return compilePath(path);
}

/** Reads an attribute: its name is looked up as a whole, then as a dotted path. */
export function compileAttribute(name: string): ReadObject {
  const whole = compileKey(name);
  if (!name.includes('.')) return whole;
  const parts = compilePath(name.split('.'));
  return (attributes) => whole(attributes) ?? parts(attributes);
}

/** Own keys of plain objects only, not into arrays or texts. */
export function readPath(object: JsonObject, path: Path): Json | undefined {
  let value: Json | undefined = object;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = own(value, key);
  }
  return value ?? undefined;
}

/**
 * The objects come from a decoder, so what they inherit is `Object.prototype` and nothing else:
 * only its names need the slower look at own keys.
 */
function compileKey(key: string): ReadObject {
  if (key in Object.prototype) return (object) => own(object, key) ?? undefined;
  return (object) => object[key] ?? undefined;
}
