import { assert } from '../../base/assert.ts';
import type { CustomerId, SegmentId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import { compileRule, conditionsOf, segmentsOf, type Numbering } from '../../compile/rule.ts';
import type { Condition, Rule } from '../../rules/rule.ts';
import { wordsOf } from '../../rules/words/condition-words.ts';
import type { State } from '../state/state.ts';
import { evidenceOf } from './evidence.ts';
import type { ExplainedRule, Explanation, Outlook } from './explanation.ts';
import { Forecast } from './forecast.ts';
import { lookAhead, type Turns } from './outlook.ts';

/*
 * Explains why a rule holds for one customer, or does not, and what time alone will do to it.
 *
 * 1. Nothing of the state changes.
 * 2. The truth of every node is that of the engine at the same instant, and so is every change that
 *    is foretold: both are found by the code that the engine runs.
 */

/**
 * @param now an instant up to which all customers have been settled
 * @returns undefined for a segment that is not defined
 */
export function explainSegment(
  state: State,
  now: EpochMs,
  customer: CustomerId,
  segment: SegmentId,
): Explanation | undefined {
  const { plan, customers, membership } = state;
  const number = plan.segmentOf(segment);
  const defined = plan.definitions.segments.find(({ id }) => id === segment);
  if (number === undefined || defined === undefined) return undefined;
  const { name } = defined;
  const ordinal = customers.find(customer);
  if (ordinal === undefined) {
    // An engine that has read nothing has settled nobody.
    const at = Number.isFinite(now) ? now : 0;
    return { customer, segment, name, known: false, at, isMember: false };
  }
  const at = Math.max(now, customers.settledAt(ordinal));
  const isMember = membership.isMember(number, ordinal);
  const explained = explainRule(defined.rule, state, ordinal, at);
  return { customer, segment, name, known: true, at, isMember, ...explained };
}

/** What is said of one rule. */
export interface Explained {
  readonly rule: ExplainedRule;
  readonly outlook: Outlook;
}

/**
 * @param rule whose conditions and segments are all in the plan
 * @param at an instant up to which this customer has been settled
 */
export function explainRule(rule: Rule, state: State, ordinal: number, at: EpochMs): Explained {
  const numbering = numberingOf(state);
  const scope = new Scope(state, numbering);
  scope.add(rule);
  const [conditions, segments] = [[...scope.conditions], [...scope.segments]];
  const forecast = (): Forecast => new Forecast(state, ordinal, conditions, segments, at);
  const compiled = compileRule(rule, numbering);
  const turns = lookAhead(forecast(), compiled, ordinal, conditions, segments);
  const tree = new Tree(state, ordinal, numbering, forecast(), turns);
  return { rule: tree.node(rule), outlook: { next: turns.rule, until: turns.until } };
}

function numberingOf({ plan }: State): Numbering {
  return {
    conditionOf: (condition) => found(plan.conditionOf(condition)),
    segmentOf: (segment) => found(plan.segmentOf(segment)),
  };
}

function found(number: number | undefined): number {
  assert(number !== undefined, 'a plan numbers all that its rules name');
  return number;
}

function ruleOf(segment: SegmentId, { plan }: State): Rule {
  const defined = plan.definitions.segments.find(({ id }) => id === segment);
  assert(defined !== undefined, 'a segment of the plan is defined');
  return defined.rule;
}

/** The conditions and segments that a rule names, and those that these name. */
class Scope {
  readonly conditions = new Set<number>();
  readonly segments = new Set<number>();
  readonly #state: State;
  readonly #numbering: Numbering;

  constructor(state: State, numbering: Numbering) {
    this.#state = state;
    this.#numbering = numbering;
  }

  add(rule: Rule): void {
    for (const condition of conditionsOf(rule)) {
      this.conditions.add(this.#numbering.conditionOf(condition));
    }
    for (const segment of segmentsOf(rule)) {
      const number = this.#numbering.segmentOf(segment);
      if (this.segments.has(number)) continue;
      this.segments.add(number);
      this.add(ruleOf(segment, this.#state));
    }
  }
}

/** Makes the nodes of a rule's tree; the rule of a segment is shown where it comes first. */
class Tree {
  readonly #state: State;
  readonly #ordinal: number;
  readonly #numbering: Numbering;
  readonly #forecast: Forecast;
  readonly #turns: Turns;
  readonly #shown = new Set<number>();

  /** @param forecast which has not been played on */
  constructor(
    state: State,
    ordinal: number,
    numbering: Numbering,
    forecast: Forecast,
    turns: Turns,
  ) {
    this.#state = state;
    this.#ordinal = ordinal;
    this.#numbering = numbering;
    this.#forecast = forecast;
    this.#turns = turns;
  }

  node(rule: Rule): ExplainedRule {
    switch (rule.kind) {
      case 'all': {
        const rules = rule.rules.map((inner) => this.node(inner));
        return { kind: 'all', holds: rules.every(({ holds }) => holds), rules };
      }
      case 'any': {
        const rules = rule.rules.map((inner) => this.node(inner));
        return { kind: 'any', holds: rules.some(({ holds }) => holds), rules };
      }
      case 'not': {
        const inner = this.node(rule.rule);
        return { kind: 'not', holds: !inner.holds, rules: [inner] };
      }
      case 'segment':
        return this.#segment(rule.segment);
      case 'event':
      case 'latest':
      case 'first':
      case 'attribute':
      case 'sample':
        return this.#condition(rule);
    }
  }

  #segment(segment: SegmentId): ExplainedRule {
    const number = this.#numbering.segmentOf(segment);
    const isShown = this.#shown.has(number);
    this.#shown.add(number);
    return {
      kind: 'segment',
      segment,
      holds: this.#forecast.isMember(number),
      next: this.#turns.segments.get(number),
      rule: isShown ? undefined : this.node(ruleOf(segment, this.#state)),
    };
  }

  #condition(condition: Condition): ExplainedRule {
    const number = this.#numbering.conditionOf(condition);
    const [forecast, state] = [this.#forecast, this.#state];
    const kept = forecast.kept(number);
    return {
      kind: 'condition',
      asks: wordsOf(condition),
      holds: forecast.holds(number),
      next: this.#turns.conditions.get(number),
      evidence: evidenceOf(condition, kept, state, this.#ordinal, forecast.now),
    };
  }
}
