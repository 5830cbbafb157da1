/** A template asked for a field that is not there. */
export class MissingField extends Error {
  override readonly name = 'MissingField';
  /** As the template wrote it: `it.customer.course`. */
  readonly field: string;
  /** The names of the fields that are there beside it. */
  readonly siblings: readonly string[];

  constructor(field: string, siblings: readonly string[]) {
    super(`${field} is missing`);
    this.field = field;
    this.siblings = siblings;
  }
}

/**
 * Data that names what is missing: reading a field that is not there throws MissingField instead of
 * printing "undefined" into somebody's letter. Lists and objects inside are as strict.
 */
export function strict<T extends object>(data: T, path: string): T {
  return new Proxy(data, {
    get(target, key): unknown {
      const there = Array.isArray(target) ? key in target : Object.hasOwn(target, key);
      if (there || typeof key === 'symbol') {
        const value: unknown = Reflect.get(target, key);
        return isData(value) ? strict(value, join(path, String(key))) : value;
      }
      throw new MissingField(join(path, key), fieldsOf(target));
    },
  });
}

/** Those that begin with two underscores are eta's own. */
function fieldsOf(target: object): readonly string[] {
  return Object.keys(target)
    .filter((key) => !key.startsWith('__'))
    .toSorted();
}

function join(path: string, key: string): string {
  return /^\d+$/.test(key) ? `${path}[${key}]` : `${path}.${key}`;
}

function isData(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** `it.maybe('customer.name', …)`, or, of an object in hand, `it.maybe(product, 'name', …)`. */
export type Maybe = (...asked: readonly unknown[]) => unknown;

/**
 * The one way for a template to ask for what may be missing.
 *
 * @returns by dotted paths, the first of the fields that is there and not empty; undefined when
 *          none is
 */
export function maybeIn(data: object): Maybe {
  return (...asked) => {
    const [first, ...others] = asked;
    const isInHand = typeof first !== 'string';
    for (const path of isInHand ? others : asked) {
      const value = String(path)
        .split('.')
        .reduce<unknown>(step, isInHand ? first : data);
      if (value !== undefined && value !== null && value !== '') return value;
    }
    return undefined;
  };
}

function step(value: unknown, key: string): unknown {
  return isData(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
