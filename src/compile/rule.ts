import { assert } from '../base/assert.ts';
import type { SegmentId } from '../base/id.ts';
import type { Condition, Rule } from '../rules/rule.ts';

/** What the truth of a rule is made of, for the customer who is looked at. */
export interface Facts {
  holds(condition: number, ordinal: number): boolean;
  isMember(segment: number, ordinal: number): boolean;
}

/** Whether a rule holds for one customer. */
export type CompiledRule = (facts: Facts, ordinal: number) => boolean;

/** The numbers by which a plan calls the leaves of a rule. */
export interface Numbering {
  conditionOf(condition: Condition): number;
  segmentOf(id: SegmentId): number;
}

export function compileRule(rule: Rule, numbering: Numbering): CompiledRule {
  switch (rule.kind) {
    case 'all': {
      const rules = rule.rules.map((inner) => compileRule(inner, numbering));
      return (facts, ordinal) => rules.every((holds) => holds(facts, ordinal));
    }
    case 'any': {
      const rules = rule.rules.map((inner) => compileRule(inner, numbering));
      return (facts, ordinal) => rules.some((holds) => holds(facts, ordinal));
    }
    case 'not': {
      const holds = compileRule(rule.rule, numbering);
      return (facts, ordinal) => !holds(facts, ordinal);
    }
    case 'segment': {
      const segment = numbering.segmentOf(rule.segment);
      return (facts, ordinal) => facts.isMember(segment, ordinal);
    }
    case 'event':
    case 'latest':
    case 'first':
    case 'attribute':
    case 'sample': {
      const condition = numbering.conditionOf(rule);
      return (facts, ordinal) => facts.holds(condition, ordinal);
    }
  }
}

/** True for a rule that is a condition alone. */
export function isCondition(rule: Rule): rule is Condition {
  const [only, ...others] = conditionsOf(rule);
  return only === rule && others.length === 0;
}

/** The conditions of a rule, in the order in which they are written. */
export function conditionsOf(rule: Rule): Condition[] {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return rule.rules.flatMap(conditionsOf);
    case 'not':
      return conditionsOf(rule.rule);
    case 'segment':
      return [];
    case 'event':
    case 'latest':
    case 'first':
    case 'attribute':
    case 'sample':
      return [rule];
  }
}

/** The segments that a rule refers to. */
export function segmentsOf(rule: Rule): SegmentId[] {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return rule.rules.flatMap(segmentsOf);
    case 'not':
      return segmentsOf(rule.rule);
    case 'segment':
      return [rule.segment];
    case 'event':
    case 'latest':
    case 'first':
    case 'attribute':
    case 'sample':
      return [];
  }
}

/**
 * Segments in an order in which each comes after those that it refers to; among equals by id.
 * The references must exist and have no cycle: `rules` has refused what has.
 */
export function inTopologicalOrder<S extends { readonly id: SegmentId; readonly rule: Rule }>(
  segments: readonly S[],
): S[] {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  const done = new Set<SegmentId>();
  const ordered: S[] = [];
  const visit = (segment: S): void => {
    if (done.has(segment.id)) return;
    done.add(segment.id);
    for (const id of segmentsOf(segment.rule)) {
      const inner = byId.get(id);
      assert(inner !== undefined, `segment ${id} exists`);
      visit(inner);
    }
    ordered.push(segment);
  };
  for (const segment of segments) visit(segment);
  return ordered;
}
