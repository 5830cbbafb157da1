import { productToUnits, toUnits } from '../base/decimal.ts';
import { canonicalJson, isObject, type Json, type JsonObject } from '../base/json.ts';
import type { LineFilter, Path, Product } from '../rules/rule.ts';
import { compileObjectFilter } from './matcher.ts';
import { compileEventPath, compilePath } from './path.ts';

/** What is read of an event: its properties and its context. */
export interface Readable {
  readonly properties: JsonObject;
  readonly context: JsonObject;
}

/** What one event gives to a measure; emptied and used again for each. */
export class Contribution {
  /** Events, or lines of them. */
  count = 0;
  /** Ten-thousandths, one for each event or line that has an amount. */
  readonly amounts: number[] = [];
  /** Values as canonical JSON, so that 5, "5" and true are three. */
  readonly values: string[] = [];
  /** Amounts that were left out because they are beyond what sums can keep; not cleared. */
  tooLarge = 0;

  clear(): void {
    this.count = 0;
    // Setting a length costs as much as taking an event in: mostly there is nothing to empty.
    if (this.amounts.length > 0) this.amounts.length = 0;
    if (this.values.length > 0) this.values.length = 0;
  }

  /** How many amounts were left out since the last call. */
  takeTooLarge(): number {
    const count = this.tooLarge;
    this.tooLarge = 0;
    return count;
  }
}

/** Adds to `into` what an event gives. */
export type Contribute = (event: Readable, into: Contribution) => void;

export type Measured =
  | { readonly of: 'count' }
  | { readonly of: 'amount'; readonly path: Product }
  | { readonly of: 'value'; readonly path: Path };

export function compileContribution(measured: Measured, lines?: LineFilter): Contribute {
  if (lines === undefined) return compileWhole(measured);
  const of = compileEventPath(lines.of);
  const passes = compileObjectFilter(lines.where);
  const take = compileTake(measured, (path) => {
    const read = compilePath(path);
    return (line: JsonObject) => read(line);
  });
  return (event, into) => {
    const array = of(event.properties, event.context);
    if (!Array.isArray(array)) return;
    for (const line of array) if (isObject(line) && passes(line)) take(line, into);
  };
}

function compileWhole(measured: Measured): Contribute {
  return compileTake(measured, (path) => {
    const read = compileEventPath(path);
    return (event: Readable) => read(event.properties, event.context);
  });
}

/** One for all that count, as `compileFilter` has one for all that ask nothing. */
function countOne(_of: unknown, into: Contribution): void {
  into.count++;
}

function compileTake<T>(
  measured: Measured,
  compileRead: (path: Path) => (of: T) => Json | undefined,
): (of: T, into: Contribution) => void {
  switch (measured.of) {
    case 'count':
      return countOne;
    case 'value': {
      const read = compileRead(measured.path);
      return (of, into) => {
        const value = read(of);
        if (value !== undefined) into.values.push(canonicalJson(value));
      };
    }
    case 'amount': {
      const [first, second] = measured.path;
      const readFirst = compileRead(first);
      const readSecond = second === undefined ? undefined : compileRead(second);
      return (of, into) => {
        const a = readFirst(of);
        const b = readSecond === undefined ? 1 : readSecond(of);
        if (typeof a !== 'number' || typeof b !== 'number') return;
        const units = readSecond === undefined ? toUnits(a) : productToUnits(a, b);
        if (units === undefined) into.tooLarge++;
        else into.amounts.push(units);
      };
    }
  }
}
