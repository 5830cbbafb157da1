import type { Definitions } from '../../compile/definitions.ts';
import { compilePlan, type Dependents, type Plan } from '../../compile/plan.ts';
import type { EpochMs } from '../../base/time.ts';
import { Attributes } from './attributes.ts';
import { Customers } from './customers.ts';
import { Membership } from './membership.ts';
import { behaviourOf, type Behaviour } from '../series/behaviour.ts';
import { SeriesTable } from '../series/series-table.ts';
import { Dictionary } from '../store/dictionary.ts';
import { Timers } from './timers.ts';
import { Truths } from './truths.ts';
import { Waits } from './waits.ts';

/** All that one plan keeps of its customers. */
export interface State {
  readonly plan: Plan & { readonly dependents: Dependents };
  /** Per condition; undefined for those that keep no series. */
  readonly behaviours: readonly (Behaviour | undefined)[];
  readonly customers: Customers;
  readonly attributes: Attributes;
  readonly series: SeriesTable;
  readonly timers: Timers;
  readonly truths: Truths;
  readonly membership: Membership;
  readonly waits: Waits;
  /** The values that `distinct` has met. */
  readonly values: Dictionary;
}

export function emptyState(definitions: Definitions, streamTime: EpochMs): State {
  const parts = {
    customers: new Customers(),
    attributes: new Attributes(),
    series: new SeriesTable(),
    values: new Dictionary(),
  };
  const timers = new Timers(parts.series, streamTime);
  return assemble(definitions, { ...parts, timers }, (plan) => new Truths(plan.conditions));
}

export function stateToSections(state: State): Map<string, Uint8Array[]> {
  return new Map([
    ...state.customers.toSections(),
    ...state.attributes.toSections(),
    ...state.series.toSections(),
    ...state.timers.toSections(),
    ...state.values.toSections('values'),
    ...state.truths.toSections(),
    ...state.membership.toSections(),
    ...state.waits.toSections(),
  ]);
}

export function stateFromSections(
  definitions: Definitions,
  streamTime: EpochMs,
  section: (name: string) => Uint8Array,
): State {
  const series = SeriesTable.fromSections(section);
  const parts = {
    customers: Customers.fromSections(section),
    attributes: Attributes.fromSections(section),
    series,
    timers: Timers.fromSections(series, streamTime, section),
    values: Dictionary.fromSections('values', section),
  };
  const state = assemble(definitions, parts, (plan) =>
    Truths.fromSections(plan.conditions, section),
  );
  state.membership.restore(section);
  state.waits.restore(section);
  return state;
}

type Parts = Pick<State, 'customers' | 'attributes' | 'series' | 'timers' | 'values'>;

function assemble(definitions: Definitions, parts: Parts, truthsOf: (plan: Plan) => Truths): State {
  const plan = compilePlan(definitions);
  const { conditions, campaigns, segments, dependents } = plan;
  return {
    ...parts,
    plan,
    behaviours: conditions.map(({ shape }) => behaviourOf(shape)),
    truths: truthsOf(plan),
    membership: new Membership(segments, dependents.ofSegment),
    waits: new Waits(campaigns, conditions.length, parts.series, parts.timers),
  };
}
