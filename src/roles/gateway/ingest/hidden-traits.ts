import { isObject, own, type Json, type JsonObject } from '../../../base/json.ts';
import type { MarkPrivate } from '../../../base/private-mark.ts';
import type { CustomerEvent } from '../../../rules/event.ts';
import type { PrivateNames } from '../../../rules/private/names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { PrivateTraits } from './private-traits.ts';

/*
 * Takes private values out of events before they go into the log.
 *
 * 1. The directory has stored the values of an identify before its event is handed on, so that who
 *    reads the log finds them.
 * 2. No private name of the traits of any message, at their top level, keeps its value: a mark
 *    stands there, or null.
 * 3. The directory merges by the event times by which engines merge: an event dated later than now
 *    counts as of now.
 */

export interface HiddenTraitsParts {
  /** Not empty. */
  readonly names: PrivateNames;
  readonly directory: Pick<Directory, 'put'>;
  readonly mark: MarkPrivate;
  readonly clock: Clock;
}

/** A value of more characters of JSON is taken as null: no address and no name is so long. */
const VALUE_LENGTH_MAX = 4_096;

const TRAITS = 'traits';

export class HiddenTraits implements PrivateTraits {
  readonly #parts: HiddenTraitsParts;
  readonly #names: readonly string[];

  constructor(parts: HiddenTraitsParts) {
    this.#parts = parts;
    this.#names = [...parts.names];
  }

  concerns({ type, properties, context }: CustomerEvent): boolean {
    const traits = own(context, TRAITS);
    if (isObject(traits) && this.#isIn(traits)) return true;
    return (type === 'identify' || type === 'group') && this.#isIn(properties);
  }

  async hide(event: CustomerEvent): Promise<CustomerEvent> {
    const { type, customer, at, properties, context } = event;
    const hasTraits = type === 'identify' || type === 'group';
    if (type === 'identify' && this.#isIn(properties)) {
      const { directory, clock } = this.#parts;
      await directory.put(customer, this.#valuesIn(properties), Math.min(at, clock.now()));
    }
    const traits = own(context, TRAITS);
    return {
      ...event,
      properties: hasTraits ? this.#hidden(properties) : properties,
      context: isObject(traits) ? { ...context, traits: this.#hidden(traits) } : context,
    };
  }

  #isIn(traits: JsonObject): boolean {
    return this.#names.some((name) => own(traits, name) !== undefined);
  }

  #valuesIn(traits: JsonObject): JsonObject {
    return Object.fromEntries(
      this.#names.flatMap((name) => {
        const value = own(traits, name);
        return value === undefined ? [] : [[name, bounded(value)]];
      }),
    );
  }

  #hidden(traits: JsonObject): JsonObject {
    const { names, mark } = this.#parts;
    return Object.fromEntries(
      Object.entries(traits).map(([name, value]) => {
        if (!names.has(name)) return [name, value];
        const kept = bounded(value);
        return [name, kept === null ? null : mark(name, kept)];
      }),
    );
  }
}

function bounded(value: Json): Json {
  return JSON.stringify(value).length > VALUE_LENGTH_MAX ? null : value;
}
