import { isObject, own, type Json, type JsonObject } from '../../base/json.ts';
import { placeOf, type Faults, type Place } from '../fault.ts';
import { MEASURE_KEYS } from '../schema.ts';
import type { PrivateNames } from './names.ts';

/*
 * What may be asked of private attributes: whether there is a value, and, by campaigns, whether it
 * has changed. The log holds a keyed hash of the value, so everything else would be asked of that.
 */

const HINT =
  'of a private attribute only exists can be asked, and by a campaign changed (docs/privacy.md)';

/** Events whose filters read traits. */
const WITH_TRAITS: readonly string[] = ['$identify', '$group'];
/** By these a message of any kind may bear traits, too. */
const CONTEXT_TRAITS = 'context.traits.';

const EVENT_KEYS = ['event', 'latest', 'first'] as const;
const FILTER_KEYS = ['where', 'having'] as const;
const INNER_KEYS = ['minus', 'followedBy', 'notFollowedBy'] as const;
/** Beside these, all keys of a condition on an attribute ask of its value. */
const FREE_KEYS: readonly string[] = ['attribute', 'exists', 'changed'];

/** Adds a fault for each thing that a condition, or an occasion, asks of a private value. */
export function refusePrivateUse(
  fields: JsonObject,
  place: Place,
  names: PrivateNames,
  faults: Faults,
): void {
  if (names.size === 0) return;
  const check = new Check(names, faults);
  const attribute = own(fields, 'attribute');
  if (typeof attribute === 'string') check.attribute(attribute, fields, place);
  else check.events(fields, place);
}

class Check {
  readonly #names: PrivateNames;
  readonly #faults: Faults;

  constructor(names: PrivateNames, faults: Faults) {
    this.#names = names;
    this.#faults = faults;
  }

  attribute(attribute: string, fields: JsonObject, place: Place): void {
    const name = this.#privateIn(attribute, true);
    if (name === undefined) return;
    if (name !== attribute) return this.#refuseInside(attribute, name, placeOf(place, 'attribute'));
    for (const [key, value] of Object.entries(fields)) {
      const keyPlace = placeOf(place, key);
      if (key === 'from' || key === 'to') this.#matcher(value, name, keyPlace);
      else if (!FREE_KEYS.includes(key)) this.#refuse(key, name, keyPlace);
    }
  }

  events(fields: JsonObject, place: Place): void {
    const named = EVENT_KEYS.flatMap((key) => own(fields, key) ?? []);
    const hasTraits = named.some((name) => typeof name === 'string' && WITH_TRAITS.includes(name));
    for (const key of FILTER_KEYS) {
      this.#filter(own(fields, key), placeOf(place, key), hasTraits);
    }
    for (const key of MEASURE_KEYS) {
      this.#measure(own(fields, key), placeOf(place, key), hasTraits);
    }
    const lines = own(fields, 'lines');
    if (isObject(lines)) {
      this.#measure(own(lines, 'of'), placeOf(placeOf(place, 'lines'), 'of'), hasTraits);
    }
    for (const key of INNER_KEYS) {
      const inner = own(fields, key);
      if (isObject(inner)) this.events(inner, placeOf(place, key));
    }
  }

  #filter(filter: Json | undefined, place: Place, hasTraits: boolean): void {
    if (!isObject(filter)) return;
    for (const [path, matcher] of Object.entries(filter)) {
      const name = this.#privateIn(path, hasTraits);
      if (name === undefined) continue;
      const pathPlace = placeOf(place, path);
      if (path === name || path === CONTEXT_TRAITS + name) this.#matcher(matcher, name, pathPlace);
      else this.#refuseInside(path, name, pathPlace);
    }
  }

  #matcher(matcher: Json, name: string, place: Place): void {
    if (!isObject(matcher)) {
      const message = `the value of the private attribute "${name}" cannot be asked for`;
      return this.#faults.add(place, message, HINT);
    }
    for (const key of Object.keys(matcher)) {
      if (key !== 'exists') this.#refuse(key, name, placeOf(place, key));
    }
  }

  /** @param paths one, or two that are multiplied */
  #measure(paths: Json | undefined, place: Place, hasTraits: boolean): void {
    if (typeof paths !== 'string') return;
    for (const path of paths.split('*')) {
      const name = this.#privateIn(path.trim(), hasTraits);
      if (name === undefined) continue;
      this.#faults.add(place, `the private attribute "${name}" cannot be measured`, HINT);
    }
  }

  /** The private attribute that a path leads to, or into. */
  #privateIn(path: string, hasTraits: boolean): string | undefined {
    const inContext = path.startsWith(CONTEXT_TRAITS);
    if (!inContext && !hasTraits) return undefined;
    const [name = ''] = (inContext ? path.slice(CONTEXT_TRAITS.length) : path).split('.', 1);
    return this.#names.has(name) ? name : undefined;
  }

  #refuse(key: string, name: string, place: Place): void {
    const message = `"${key}" cannot be asked of the private attribute "${name}"`;
    this.#faults.add(place, message, HINT);
  }

  #refuseInside(path: string, name: string, place: Place): void {
    this.#faults.add(place, `"${path}" lies in the private attribute "${name}"`, HINT);
  }
}
