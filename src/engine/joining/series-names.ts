import { canonicalJson } from '../../base/json.ts';
import type { Plan } from '../../compile/plan.ts';

/*
 * Names of series that mean the same in every partition and under all definitions: places in a plan
 * do not.
 *
 * 1. Counts of the same events in windows that end now have one name, whatever their windows and
 *    numbers: each keeps so many of the latest of one list of instants.
 * 2. Every other condition has its own text as its name, and where the calendar plays a part, the
 *    zone too.
 */

export class SeriesNames {
  readonly #plan: Plan;
  /** Per condition; undefined for one that is kept with another, or has no series. */
  readonly #names: readonly (string | undefined)[];
  /** Per name: the first conditions of its series. Only counts have several. */
  readonly #conditions = new Map<string, number[]>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#names = plan.conditions.map((_, condition) => nameIn(plan, condition));
    for (const [condition, name] of this.#names.entries()) {
      if (name === undefined) continue;
      this.#conditions.set(name, [...this.conditionsOf(name), condition]);
    }
  }

  /** @param condition the first of those that share a series */
  of(condition: number): string | undefined {
    return this.#names[condition];
  }

  /** The series of a name, called by their first conditions. */
  conditionsOf(name: string): readonly number[] {
    return this.#conditions.get(name) ?? [];
  }

  /** Names under which this plan keeps what another one does not, or not all of it. */
  notIn(other: SeriesNames): ReadonlySet<string> {
    const known = new Set(other.#plan.conditions.map((_, at) => keyIn(other.#plan, at)));
    const found = new Set<string>();
    for (const [condition, { first }] of this.#plan.conditions.entries()) {
      const name = this.of(first);
      if (name !== undefined && !known.has(keyIn(this.#plan, condition))) found.add(name);
    }
    return found;
  }
}

/** So begins the name of counts. */
const LIST = 'count ';

/** Whether a name is that of counts: a list of instants, of which more or fewer may be kept. */
export function isList(name: string): boolean {
  return name.startsWith(LIST);
}

/** How much the cells of a series are: of a list as many as there are, else 1 for the whole. */
export function shareOf(name: string, cells: readonly unknown[]): number {
  return isList(name) ? cells.length : 1;
}

function nameIn(plan: Plan, condition: number): string | undefined {
  const planned = plan.conditions[condition];
  const use = planned?.uses[0];
  if (planned === undefined || use === undefined || planned.first !== condition) return undefined;
  return planned.shape.kind === 'count'
    ? `${LIST}${canonicalJson(use.source)}`
    : keyIn(plan, condition);
}

function keyIn({ conditions, zone }: Plan, condition: number): string {
  const key = conditions[condition]?.key ?? '';
  return key.includes('"kind":"calendar"') ? `${zone.name} ${key}` : key;
}
