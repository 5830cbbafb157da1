import type { CustomerId } from '../../base/id.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Passed } from '../effect.ts';
import type { State } from '../state/state.ts';
import type { Aliases } from './aliases.ts';
import { restOf, type TakenOut } from './given.ts';
import { writeHandover } from './handover.ts';
import { SeriesNames } from './series-names.ts';
import { Shares } from './shares.ts';
import { slicesOf } from './slices.ts';

interface Found extends TakenOut {
  readonly belongings: JsonObject;
}

/**
 * While a rebuild takes customers out again who joined one elsewhere: what new definitions keep of
 * them, and has not been passed on.
 */
export class Supplements {
  readonly #newNames: ReadonlySet<string>;
  readonly #isRecentNew: boolean;
  #found: Found[] = [];

  /** @param before under the definitions by which they were taken out last */
  constructor(before: Pick<State, 'plan' | 'recent'>, after: Pick<State, 'plan' | 'recent'>) {
    this.#newNames = new SeriesNames(after.plan).notIn(new SeriesNames(before.plan));
    this.#isRecentNew = before.recent === undefined && after.recent !== undefined;
  }

  /** @param belongings as `packBelongings` makes them */
  take(out: TakenOut, { series, recent = null }: JsonObject): void {
    const all = isObject(series) ? Object.entries(series) : [];
    const found = all.filter(([name]) => this.#newNames.has(name));
    if (found.length === 0 && !this.#isRecentNew) return;
    this.#found.push({ ...out, belongings: { series: Object.fromEntries(found), recent } });
  }

  /** The alias has been forgotten. */
  drop(alias: CustomerId): void {
    this.#found = this.#found.filter((one) => one.alias !== alias);
  }

  /**
   * What is to be passed on.
   *
   * @param before of the engine whose place is taken, at the same message
   */
  passed(at: EpochMs, before: Aliases): Passed[] {
    return this.#found.flatMap(({ alias, into, takeOutId, belongings }) => {
      const given = new Shares(before.givenOf(alias)).at(takeOutId);
      const rest = restOf(belongings, given);
      if (rest === undefined) return [];
      const text = writeHandover({ takeOutId, why: 'define', belongings: rest });
      return slicesOf(`${takeOutId}+`, text).map((parcel): Passed => {
        const via = [alias];
        return { kind: 'passed', at, customer: alias, why: 'merge', to: into, via, parcel };
      });
    });
  }
}
