import { isObject, own, type Json, type JsonObject } from '../base/json.ts';
import { isPrivateMark } from '../base/private-mark.ts';
import type { PrivateNames } from '../rules/private/names.ts';

/*
 * What the engine knows, as letters may show it: with the values of private attributes, of which it
 * knows only marks.
 *
 * 1. Of a private attribute the directory's value counts and no other; without one it is missing.
 * 2. A mark is never shown, nor taken for a value; also not that of an attribute which has ceased
 *    to be private.
 */

/** @param known what the directory has of the customer */
export function revealAttributes(
  attributes: JsonObject,
  names: PrivateNames,
  known: JsonObject,
): JsonObject {
  const open = Object.entries(attributes).filter(([name, value]) => {
    return !names.has(name) && !isPrivateMark(value);
  });
  const values = Object.entries(known).filter(([name]) => names.has(name));
  return Object.fromEntries([...open, ...values]);
}

/** Whether there is a mark of which the directory does not know the value, or not yet. */
export function isBehind(attributes: JsonObject, names: PrivateNames, known: JsonObject): boolean {
  return Object.entries(attributes).some(([name, value]) => {
    return names.has(name) && isPrivateMark(value) && own(known, name) === undefined;
  });
}

/**
 * What set a campaign off. Of a private attribute that has changed, `to` is what the directory has
 * now, and `from` is missing.
 */
export function revealTrigger(trigger: Json, names: PrivateNames, known: JsonObject): Json {
  if (!isObject(trigger)) return trigger;
  const { attribute, from, to, event, properties } = trigger;
  if (typeof attribute === 'string') {
    const isPrivate = names.has(attribute) || isPrivateMark(from) || isPrivateMark(to);
    if (!isPrivate) return trigger;
    const { from: _from, to: _to, ...rest } = trigger;
    const value = names.has(attribute) ? own(known, attribute) : undefined;
    return value === undefined ? rest : { ...rest, to: value };
  }
  if (event !== '$identify' && event !== '$group') return trigger;
  if (!isObject(properties)) return trigger;
  const isOfCustomer = event === '$identify';
  return { ...trigger, properties: revealTraits(properties, names, isOfCustomer ? known : {}) };
}

/** The traits of one message: of those that it bears, and no others. */
function revealTraits(traits: JsonObject, names: PrivateNames, known: JsonObject): JsonObject {
  const borne = Object.entries(known).filter(([name]) => own(traits, name) !== undefined);
  return revealAttributes(traits, names, Object.fromEntries(borne));
}
