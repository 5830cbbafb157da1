import type { Json } from '../../src/base/json.ts';
import type { EventCondition, EventFilter, LineFilter, Product } from '../../src/rules/rule.ts';
import { amountOf, compares, decimalOf, decimalOfAmount, times } from './decimal.ts';
import { elementReader, eventReader, isArray, isPlainObject, passes } from './filter.ts';
import type { Reader } from './filter.ts';
import type { KnownEvent, View } from './view.ts';
import { matching } from './view.ts';
import { isInWindow } from './window.ts';

export function eventConditionHolds(condition: EventCondition, view: View): boolean {
  const { measure, comparison, minus } = condition;
  const readers = measured(condition, condition.lines, condition, view);
  if (measure.of === 'count') return compares(comparison, decimalOf(readers.length));
  if (measure.of === 'distinct') {
    const values = readers
      .map((reader) => reader(measure.path))
      .filter((value) => value !== undefined);
    return compares(comparison, decimalOf(new Set(values.map(identityOf)).size));
  }
  const amounts = amountsOf(readers, measure.path);
  if (measure.of === 'sum') {
    const off =
      minus === undefined
        ? []
        : amountsOf(measured(minus, minus.lines, condition, view), minus.sum);
    return compares(comparison, decimalOfAmount(total(amounts) - total(off)));
  }
  // The average, min or max of nothing is undefined, and no comparison with it holds.
  const [least] = amounts.toSorted(ascending);
  const greatest = amounts.toSorted(ascending).at(-1);
  if (least === undefined || greatest === undefined) return false;
  if (measure.of === 'min') return compares(comparison, decimalOfAmount(least));
  if (measure.of === 'max') return compares(comparison, decimalOfAmount(greatest));
  return compares(comparison, decimalOfAmount(total(amounts)), amounts.length);
}

/** What is measured: each event of the filter in the condition's window, or each of its lines. */
function measured(
  filter: EventFilter,
  lines: LineFilter | undefined,
  { window }: EventCondition,
  view: View,
): Reader[] {
  const events = matching(filter, view).filter(({ at }) =>
    isInWindow(window, at, view.at, view.zone),
  );
  if (lines === undefined) return events.map(({ event }) => eventReader(event));
  return events.flatMap((known) => linesOf(known, lines));
}

/** Elements that are no object are skipped; what is no array has no lines. */
function linesOf({ event }: KnownEvent, lines: LineFilter): Reader[] {
  const array = eventReader(event)(lines.of);
  if (!isArray(array)) return [];
  return array
    .filter(isPlainObject)
    .map(elementReader)
    .filter((reader) => passes(lines.where, reader));
}

function amountsOf(readers: readonly Reader[], product: Product): bigint[] {
  return readers
    .map((reader) => amountAt(reader, product))
    .filter((amount) => amount !== undefined);
}

/** Undefined when a value is missing or no number, or when the amount is beyond the limit. */
function amountAt(reader: Reader, product: Product): bigint | undefined {
  const factors = product.map((path) => reader(path));
  if (!factors.every((factor) => typeof factor === 'number')) return undefined;
  return amountOf(factors.map(decimalOf).reduce(times));
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equal texts for equal values only: 5, "5" and true differ; the order of keys does not matter. */
function identityOf(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) =>
    isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(byKey)) : inner,
  );
}

function byKey([a]: [string, Json], [b]: [string, Json]): number {
  return a < b ? -1 : 1;
}
