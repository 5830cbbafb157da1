import type {
  FirstCondition,
  LatestCondition,
  Rule,
  SampleCondition,
} from '../../src/rules/rule.ts';
import { attributeConditionHolds } from './attribute.ts';
import { compareDecimals, decimalOf, times } from './decimal.ts';
import { eventReader, passes } from './filter.ts';
import { eventConditionHolds } from './measure.ts';
import { murmur3 } from './murmur.ts';
import { matching } from './view.ts';
import type { KnownEvent, View } from './view.ts';
import { isInWindow } from './window.ts';

/*
 * What a rule means, read literally from contract section 3 and recounted from the customer's whole
 * log each time. It shares no code with the engine: the two must come to the same members on their
 * own.
 */

/** Whether the rule holds for the view's customer at the view's instant. */
export function holds(rule: Rule, view: View): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.rules.every((inner) => holds(inner, view));
    case 'any':
      return rule.rules.some((inner) => holds(inner, view));
    case 'not':
      return !holds(rule.rule, view);
    case 'segment': {
      const segment = view.segments.get(rule.segment);
      if (segment === undefined) throw new Error(`there is no segment ${rule.segment}`);
      return isMember(segment.rule, view);
    }
    case 'event':
      return eventConditionHolds(rule, view);
    case 'latest':
      return latestHolds(rule, view);
    case 'first':
      return firstHolds(rule, view);
    case 'attribute':
      return attributeConditionHolds(rule, view);
    case 'sample':
      return sampleHolds(rule, view);
  }
}

/** Members are customers that are known: at least one message of theirs has event time ≤ T. */
export function isMember(rule: Rule, view: View): boolean {
  return view.events.some(({ at }) => at <= view.at) && holds(rule, view);
}

function latestHolds(condition: LatestCondition, view: View): boolean {
  const latest = matching(condition, view).at(-1);
  if (latest === undefined) return false;
  const { window, atLeastAgoMs, having, followedBy, notFollowedBy } = condition;
  const isFollowedBy = (filter: NonNullable<typeof followedBy>): boolean =>
    matching(filter, view).some((other) => isLater(other, latest, view));
  return (
    isInWindow(window, latest.at, view.at, view.zone) &&
    latest.at <= view.at - atLeastAgoMs &&
    passes(having, eventReader(latest.event)) &&
    (followedBy === undefined || isFollowedBy(followedBy)) &&
    (notFollowedBy === undefined || !isFollowedBy(notFollowedBy))
  );
}

/** A later event time, or the same event time and a later place in the log. */
function isLater(a: KnownEvent, b: KnownEvent, view: View): boolean {
  return a.at > b.at || (a.at === b.at && view.events.indexOf(a) > view.events.indexOf(b));
}

/** The customer's first such event ever lies in the window. */
function firstHolds(condition: FirstCondition, view: View): boolean {
  const first = matching(condition, view).at(0);
  return first !== undefined && isInWindow(condition.window, first.at, view.at, view.zone);
}

/** The hash of salt, LF, id is below so many per cent of 2³². */
function sampleHolds({ percent, salt }: SampleCondition, { customer }: View): boolean {
  const hash = murmur3(`${salt}\n${customer}`);
  const limit = times(decimalOf(percent), decimalOf(2 ** 32));
  return compareDecimals(times(decimalOf(hash), decimalOf(100)), limit) < 0;
}
