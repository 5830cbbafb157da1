import { assert } from '../base/assert.ts';
import { canonicalJson } from '../base/json.ts';
import type { CampaignId, SegmentId } from '../base/id.ts';
import type { DurationMs } from '../base/time.ts';
import type { Zone } from '../base/zone.ts';
import type { Condition } from '../rules/rule.ts';
import { planCondition, type PlannedCondition } from './condition.ts';
import type { Definitions } from './definitions.ts';
import { compileRoutes, type Routes } from './route.ts';
import {
  compileRule,
  conditionsOf,
  inTopologicalOrder,
  segmentsOf,
  type CompiledRule,
} from './rule.ts';

/** Definitions as the engine runs them. Conditions and segments are called by their place here. */
export interface Plan {
  readonly definitions: Definitions;
  readonly zone: Zone;
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
  readonly campaigns: readonly PlannedCampaign[];
  /** Campaigns by the attribute whose change they wait for. */
  readonly byChange: ReadonlyMap<string, readonly number[]>;
}

export interface PlannedSegment {
  readonly id: SegmentId;
  readonly rule: CompiledRule;
  /** Campaigns that an entry or an exit sets off. */
  readonly onEntry: readonly number[];
  readonly onExit: readonly number[];
}

export interface PlannedCampaign {
  readonly id: CampaignId;
  readonly waitMs: DurationMs;
}

/** What is looked at anew when something below it has changed. */
export interface Dependents {
  /** Per condition: the segments whose rules name it. */
  readonly ofCondition: readonly (readonly number[])[];
  /** Per segment: the segments whose rules name it. */
  readonly ofSegment: readonly (readonly number[])[];
}

export function compilePlan(definitions: Definitions): Plan & { readonly dependents: Dependents } {
  const { zone, campaigns } = definitions;
  const segments = inTopologicalOrder(definitions.segments);
  const numberOf = new Map(segments.map((segment, index) => [segment.id, index]));
  const unique = uniqueConditions(segments.flatMap((segment) => conditionsOf(segment.rule)));
  const conditions = [...unique.values()].map(({ index, key, condition }) =>
    planCondition(index, key, condition, zone),
  );
  const numbering = {
    conditionOf: (condition: Condition): number => found(unique.get(keyOf(condition))).index,
    segmentOf: (id: SegmentId): number => found(numberOf.get(id)),
  };
  const planned = segments.map(({ id, rule }) => ({
    id,
    rule: compileRule(rule, numbering),
    onEntry: indexesOf(campaigns, ({ when }) => when.kind === 'entered' && when.segment === id),
    onExit: indexesOf(campaigns, ({ when }) => when.kind === 'exited' && when.segment === id),
  }));
  return {
    definitions,
    zone,
    conditions,
    conditionOf: (condition) => unique.get(keyOf(condition))?.index,
    segmentOf: (id) => numberOf.get(id),
    segments: planned,
    routes: compileRoutes(conditions.flatMap((condition) => condition.uses)),
    byAttribute: groupBy(conditions, ({ shape }) =>
      shape.kind === 'date' || shape.kind === 'value' ? attributeKeys(shape.attribute) : [],
    ),
    samples: indexesOf(conditions, ({ shape }) => shape.kind === 'sample'),
    holdForNothing: segmentsOfNobody(conditions, planned),
    campaigns: campaigns.map(({ id, wait }) => ({ id, waitMs: wait.kind === 'for' ? wait.ms : 0 })),
    byChange: groupBy(campaigns, ({ when }) =>
      when.kind === 'changed' ? [when.attribute ?? ''] : [],
    ),
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

interface NumberedCondition {
  readonly index: number;
  readonly key: string;
  readonly condition: Condition;
}

function keyOf(condition: Condition): string {
  return canonicalJson(condition);
}

function uniqueConditions(conditions: readonly Condition[]): Map<string, NumberedCondition> {
  const unique = new Map<string, NumberedCondition>();
  for (const condition of conditions) {
    const key = keyOf(condition);
    if (!unique.has(key)) unique.set(key, { index: unique.size, key, condition });
  }
  return unique;
}

/** A name is looked up as a whole, then as a path, which begins with its first key. */
function attributeKeys(name: string): string[] {
  return [...new Set([name, name.split('.', 1)[0] ?? name])];
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
  return inverted;
}

function found<T>(value: T | undefined): T {
  assert(value !== undefined, 'a plan numbers all that its rules name');
  return value;
}
