import { compareUtf8 } from '../base/id.ts';
import { readList, show, type Faults, type Place } from './fault.ts';
import { readNumber } from './parse-comparison.ts';
import type { Path, Product, Scalar } from './rule.ts';

/** A null in a matcher would match nothing, since null is missing. */
export const NULL_HINT = 'to ask for a missing value write { exists: false }';

export function readScalar(value: unknown, place: Place, faults: Faults): Scalar | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const hint = value === null ? NULL_HINT : undefined;
  return faults.add(place, `this must be text, a number, true or false, not ${show(value)}`, hint);
}

/** Reads a scalar, or a list of them. */
export function readOneOf(
  value: unknown,
  place: Place,
  faults: Faults,
): readonly Scalar[] | undefined {
  if (Array.isArray(value)) {
    const list = readList(value, 'the list', place, faults);
    return list === undefined ? undefined : readScalars(list, place, faults);
  }
  const scalar = readScalar(value, place, faults);
  return scalar === undefined ? undefined : [scalar];
}

/** Sorted and without repeats, so that equal lists are equal. */
export function readScalars(
  list: readonly unknown[],
  place: Place,
  faults: Faults,
): readonly Scalar[] | undefined {
  const values = new Set<Scalar>();
  const before = faults.errors.length;
  list.forEach((element, i) => {
    const scalar = readScalar(element, `${place}[${i}]`, faults);
    if (scalar !== undefined) values.add(scalar);
  });
  return faults.errors.length > before ? undefined : [...values].toSorted(compareScalars);
}

function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareUtf8(a, b);
  return compareUtf8(`${typeof a} ${String(a)}`, `${typeof b} ${String(b)}`);
}

/** Reads what order is asked of: a number, or text. */
export function readLimit(
  value: unknown,
  place: Place,
  faults: Faults,
): number | string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return readNumber(value, place, faults);
  return faults.add(place, `this must be a number or text, not ${show(value)}`);
}

/** Reads a dotted path, such as `product.category`. */
export function readPath(value: unknown, place: Place, faults: Faults): Path | undefined {
  const product = readProduct(value, place, faults);
  if (product === undefined) return undefined;
  if (product.length === 1) return product[0];
  const hint = 'sum, average, min and max can measure a product';
  return faults.add(
    place,
    `${show(value)} is a product of two paths, and here is room for one`,
    hint,
  );
}

/** Reads a path, or two that are multiplied: `price * quantity`. */
export function readProduct(value: unknown, place: Place, faults: Faults): Product | undefined {
  if (typeof value !== 'string' || value.trim() === '') {
    return faults.add(place, `a path must be text, not ${show(value)}`, 'such as product.category');
  }
  const factors = /[^*\s]\s*\*\s*[^*\s]/.test(value) ? value.split('*') : [value];
  if (factors.length > 2) {
    return faults.add(
      place,
      `${show(value)} has more than two factors`,
      'multiply two paths at most',
    );
  }
  const paths = factors.map((factor) => factor.trim().split('.'));
  const [first, second] = paths;
  if (first === undefined || paths.some((path) => path.includes(''))) {
    const hint = 'write keys with one dot between them, such as product.category';
    return faults.add(place, `${show(value)} is no path`, hint);
  }
  return second === undefined ? [first] : [first, second];
}
