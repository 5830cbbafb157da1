import type { CustomerId } from '../../base/id.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Passed } from '../effect.ts';
import { slicesOf } from './slices.ts';
import type { State } from '../state/state.ts';
import { writeHandover } from './handover.ts';
import { SeriesNames } from './series-names.ts';

interface Supplement {
  readonly alias: CustomerId;
  readonly into: CustomerId;
  readonly takeOutId: string;
  readonly text: string;
}

/**
 * While a rebuild takes customers out again who joined one elsewhere: what new definitions keep of
 * them, and those before did not.
 */
export class Supplements {
  readonly #newNames: ReadonlySet<string>;
  readonly #isRecentNew: boolean;
  #found: Supplement[] = [];

  /** @param before under the definitions by which they were taken out last */
  constructor(before: Pick<State, 'plan' | 'recent'>, after: Pick<State, 'plan' | 'recent'>) {
    this.#newNames = new SeriesNames(after.plan).notIn(new SeriesNames(before.plan));
    this.#isRecentNew = before.recent === undefined && after.recent !== undefined;
  }

  /** @param belongings as `packBelongings` makes them */
  take(
    { alias, into, takeOutId }: Omit<Supplement, 'text'>,
    { series, recent = null }: JsonObject,
  ): void {
    const all = isObject(series) ? Object.entries(series) : [];
    const found = all.filter(([name]) => this.#newNames.has(name));
    if (found.length === 0 && !this.#isRecentNew) return;
    const belongings = { series: Object.fromEntries(found), recent };
    const text = writeHandover({ takeOutId, why: 'define', belongings });
    this.#found.push({ alias, into, takeOutId, text });
  }

  /** The alias has been forgotten. */
  drop(alias: CustomerId): void {
    this.#found = this.#found.filter((one) => one.alias !== alias);
  }

  /** What is to be passed on. */
  passed(at: EpochMs): Passed[] {
    return this.#found.flatMap(({ alias, into, takeOutId, text }) =>
      slicesOf(`${takeOutId}+`, text).map((parcel): Passed => {
        const via = [alias];
        return { kind: 'passed', at, customer: alias, why: 'merge', to: into, via, parcel };
      }),
    );
  }
}
