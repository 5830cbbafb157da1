import type { Shape } from '../../compile/condition.ts';
import type { Definitions } from '../../compile/definitions.ts';
import { compilePlan, type Dependents, type Plan } from '../../compile/plan.ts';
import type { EpochMs } from '../../base/time.ts';
import { Aliases } from '../joining/aliases.ts';
import { Anonymous } from '../forgetting/anonymous.ts';
import { Attributes } from './attributes.ts';
import { Customers } from './customers.ts';
import { Mailings } from './mailings.ts';
import { ForgetMarks } from '../forgetting/marks.ts';
import { Membership } from './membership.ts';
import { Recent } from './recent.ts';
import { behaviourOf, type Behaviour } from '../series/behaviour.ts';
import { SeriesTable } from '../series/series-table.ts';
import type { Sections } from '../store/bytes.ts';
import { Dictionary } from '../store/dictionary.ts';
import { Served } from './served.ts';
import { Slices } from '../joining/slices.ts';
import { Timers } from './timers.ts';
import { Truths } from './truths.ts';
import { Waits } from './waits.ts';

/** All that one plan keeps of its customers. */
export interface State {
  readonly plan: Plan & { readonly dependents: Dependents };
  /** Per first condition of a series; undefined where none is kept. */
  readonly behaviours: readonly (Behaviour | undefined)[];
  readonly customers: Customers;
  readonly anonymous: Anonymous;
  readonly marks: ForgetMarks;
  readonly aliases: Aliases;
  /** What is coming from other partitions in several parcels. */
  readonly slices: Slices;
  readonly attributes: Attributes;
  readonly series: SeriesTable;
  readonly timers: Timers;
  readonly truths: Truths;
  readonly membership: Membership;
  readonly waits: Waits;
  readonly served: Served;
  readonly mailings: Mailings;
  /** Undefined where no campaign asks for it. */
  readonly recent: Recent | undefined;
  /** The values that `distinct` has met. */
  readonly values: Dictionary;
}

export function emptyState(definitions: Definitions, streamTime: EpochMs): State {
  const parts = {
    customers: new Customers(),
    anonymous: new Anonymous(),
    marks: new ForgetMarks(),
    aliases: new Aliases(),
    slices: new Slices(),
    attributes: new Attributes(),
    series: new SeriesTable(),
    values: new Dictionary(),
  };
  const timers = new Timers(parts.series, streamTime);
  const recent = hasLetters(definitions) ? new Recent() : undefined;
  const truthsOf = (plan: Plan): Truths => new Truths(plan.conditions);
  return assemble(definitions, { ...parts, timers, recent }, streamTime, truthsOf);
}

export function stateToSections(state: State): Sections {
  return new Map([
    ...state.customers.toSections(),
    ...state.anonymous.toSections(),
    ...state.marks.toSections(),
    ...state.aliases.toSections(),
    ...state.slices.toSections(),
    ...state.attributes.toSections(),
    ...state.series.toSections(),
    ...state.values.toSections('values'),
    ...state.truths.toSections(),
    ...state.membership.toSections(),
    ...state.waits.toSections(),
    ...state.served.toSections(),
    ...state.mailings.toSections(),
    ...(state.recent?.toSections() ?? []),
  ]);
}

export function stateFromSections(
  definitions: Definitions,
  streamTime: EpochMs,
  section: (name: string) => Uint8Array,
): State {
  const series = SeriesTable.fromSections(section);
  const customers = Customers.fromSections(section);
  const parts = {
    customers,
    anonymous: Anonymous.fromSections(customers.ordinals(), section),
    marks: ForgetMarks.fromSections(section),
    aliases: Aliases.fromSections(section),
    slices: Slices.fromSections(section),
    attributes: Attributes.fromSections(section),
    series,
    timers: new Timers(series, streamTime),
    values: Dictionary.fromSections('values', section),
    recent: hasLetters(definitions) ? Recent.fromSections(section) : undefined,
  };
  const truthsOf = (plan: Plan): Truths => Truths.fromSections(plan.conditions, section);
  const state = assemble(definitions, parts, streamTime, truthsOf);
  state.membership.restore(section);
  state.waits.restore(section);
  state.served.restore(section);
  state.mailings.restore(section);
  return state;
}

function hasLetters({ campaigns }: Definitions): boolean {
  return campaigns.length > 0;
}

type Parts = Pick<
  State,
  | 'customers'
  | 'anonymous'
  | 'marks'
  | 'aliases'
  | 'slices'
  | 'attributes'
  | 'series'
  | 'timers'
  | 'values'
  | 'recent'
>;

function assemble(
  definitions: Definitions,
  parts: Parts,
  streamTime: EpochMs,
  truthsOf: (plan: Plan) => Truths,
): State {
  const plan = compilePlan(definitions);
  const truths = truthsOf(plan);
  const { conditions, campaigns, segments, dependents } = plan;
  const shapes: Shape[][] = conditions.map(() => []);
  for (const { first, shape } of conditions) shapes[first]?.push(shape);
  const { series, timers } = parts;
  return {
    ...parts,
    plan,
    behaviours: shapes.map(behaviourOf),
    truths,
    membership: new Membership(segments, dependents.ofSegment, truths),
    waits: new Waits(campaigns.length, conditions.length, series, timers),
    served: new Served(campaigns, conditions.length + campaigns.length, series),
    mailings: new Mailings(campaigns, streamTime),
  };
}
