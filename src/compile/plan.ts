import { assert } from '../base/assert.ts';
import { canonicalJson } from '../base/json.ts';
import type { SegmentId } from '../base/id.ts';
import type { Zone } from '../base/zone.ts';
import { zonesByName } from '../base/zone-table.ts';
import type { Condition, Rule } from '../rules/rule.ts';
import { planCampaign, type PlannedCampaign } from './campaign.ts';
import { planCondition, type PlannedCondition } from './condition.ts';
import type { Definitions } from './definitions.ts';
import { compileWatches, type Watches } from './occasion.ts';
import { compileRoutes, type Routes } from './route.ts';
import { inSeries } from './sharing.ts';
import {
  compileRule,
  conditionsOf,
  inTopologicalOrder,
  isCondition,
  segmentsOf,
  type CompiledRule,
} from './rule.ts';

/** Definitions as the engine runs them. Conditions and segments are called by their place here. */
export interface Plan {
  readonly definitions: Definitions;
  readonly zone: Zone;
  /** Where recipients may live, by name; empty unless a campaign asks for their time. */
  readonly zones: ReadonlyMap<string, Zone>;
  readonly conditions: readonly PlannedCondition[];
  /** The place of an equal condition; undefined without one. */
  readonly conditionOf: (condition: Condition) => number | undefined;
  readonly segmentOf: (id: SegmentId) => number | undefined;
  /** In topological order. */
  readonly segments: readonly PlannedSegment[];
  readonly routes: Routes;
  /** Conditions by the first key of the attribute that they read. */
  readonly byAttribute: ReadonlyMap<string, readonly number[]>;
  /** Conditions that hang on the customer's id alone. */
  readonly samples: readonly number[];
  /** Segments that hold for a customer of whom nothing is kept. */
  readonly holdForNothing: ReadonlySet<number>;
  /** By id. */
  readonly campaigns: readonly PlannedCampaign[];
  readonly watches: Watches;
}

export interface PlannedSegment {
  readonly id: SegmentId;
  readonly rule: CompiledRule;
  /** The only condition of its rule, when it is a member who fits that and nobody else is. */
  readonly condition: number | undefined;
}

/** What is looked at anew when something below it has changed. */
export interface Dependents {
  /** Per condition: the segments whose rules name it. */
  readonly ofCondition: readonly (readonly number[])[];
  /** Per segment: the segments whose rules name it. */
  readonly ofSegment: readonly (readonly number[])[];
}

export function compilePlan(definitions: Definitions): Plan & { readonly dependents: Dependents } {
  const { zone, zones = [], campaigns } = definitions;
  const segments = inTopologicalOrder(definitions.segments);
  const numberOf = new Map(segments.map((segment, index) => [segment.id, index]));
  // A campaign's condition is kept like a segment's: so it can be asked for at any time.
  const rules = [
    ...segments.map(({ rule }) => rule),
    ...campaigns.flatMap(({ condition }) => condition ?? []),
  ];
  const conditions = planConditions(unique(rules.flatMap(conditionsOf)), zone);
  const indexOf = new Map(conditions.map(({ key }, index) => [key, index]));
  const numbering = {
    conditionOf: (condition: Condition): number => found(indexOf.get(keyOf(condition))),
    segmentOf: (id: SegmentId): number => found(numberOf.get(id)),
  };
  const planned = segments.map(({ id, rule }) => ({
    id,
    rule: compileRule(rule, numbering),
    condition: onlyCondition(rule, conditions, numbering.conditionOf),
  }));
  return {
    definitions,
    zone,
    zones: zonesByName(zones),
    conditions,
    conditionOf: (condition) => indexOf.get(keyOf(condition)),
    segmentOf: (id) => numberOf.get(id),
    segments: planned,
    // Conditions that have one series together match the same events.
    routes: compileRoutes(conditions.flatMap(({ first, uses }, i) => (i === first ? uses : []))),
    byAttribute: groupBy(conditions, ({ shape }) =>
      shape.kind === 'date' || shape.kind === 'value' ? attributeKeys(shape.attribute) : [],
    ),
    samples: indexesOf(conditions, ({ shape }) => shape.kind === 'sample'),
    holdForNothing: segmentsOfNobody(conditions, planned),
    campaigns: campaigns.map((campaign) => planCampaign(campaign, numbering)),
    watches: compileWatches(campaigns),
    dependents: {
      ofCondition: invert(conditions.length, segments, (segment) =>
        conditionsOf(segment.rule).map(numbering.conditionOf),
      ),
      ofSegment: invert(segments.length, segments, (segment) =>
        segmentsOf(segment.rule).map(numbering.segmentOf),
      ),
    },
  };
}

function keyOf(condition: Condition): string {
  return canonicalJson(condition);
}

function unique(conditions: readonly Condition[]): Condition[] {
  return [...new Map(conditions.map((condition) => [keyOf(condition), condition])).values()];
}

function planConditions(conditions: readonly Condition[], zone: Zone): PlannedCondition[] {
  const planned: PlannedCondition[] = [];
  for (const sharing of inSeries(conditions)) {
    const first = planned.length;
    for (const condition of sharing) {
      planned.push(planCondition(first, keyOf(condition), condition, zone));
    }
  }
  return planned;
}

/** A name is looked up as a whole, then as a path, which begins with its first key. */
function attributeKeys(name: string): string[] {
  return [...new Set([name, name.split('.', 1)[0] ?? name])];
}

/** The condition that a rule is, unless it holds for a customer of whom nothing is kept. */
function onlyCondition(
  rule: Rule,
  conditions: readonly PlannedCondition[],
  conditionOf: (condition: Condition) => number,
): number | undefined {
  if (!isCondition(rule)) return undefined;
  const condition = conditionOf(rule);
  return conditions[condition]?.holdsForNothing === true ? undefined : condition;
}

/** Evaluates every rule, in order, for a customer of whom nothing is kept. */
function segmentsOfNobody(
  conditions: readonly PlannedCondition[],
  segments: readonly PlannedSegment[],
): Set<number> {
  const members = new Set<number>();
  const facts = {
    holds: (condition: number) => conditions[condition]?.holdsForNothing === true,
    isMember: (segment: number) => members.has(segment),
  };
  for (const [index, { rule }] of segments.entries()) if (rule(facts, 0)) members.add(index);
  return members;
}

function indexesOf<T>(items: readonly T[], isWanted: (item: T) => boolean): number[] {
  return items.flatMap((item, index) => (isWanted(item) ? [index] : []));
}

function groupBy<T>(
  items: readonly T[],
  keysOf: (item: T) => readonly string[],
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, item] of items.entries()) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [index]);
      else group.push(index);
    }
  }
  return groups;
}

/** From "item → what it needs" to "what is needed → the items, ascending". */
function invert<T>(
  size: number,
  items: readonly T[],
  needsOf: (item: T) => readonly number[],
): number[][] {
  const inverted: number[][] = Array.from({ length: size }, () => []);
  for (const [index, item] of items.entries()) {
    for (const need of new Set(needsOf(item))) inverted[need]?.push(index);
  }
  // Copies are as long as they must be; what was pushed to has room for many more.
  return inverted.map((list) => list.slice());
}

function found<T>(value: T | undefined): T {
  assert(value !== undefined, 'a plan numbers all that its rules name');
  return value;
}
