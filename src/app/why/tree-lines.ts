import { unreachable } from '../../base/assert.ts';
import { isPrivateMark } from '../../base/private-mark.ts';
import type { Evidence, ExplainedRule, Outlook, Turn } from '../../engine/explain/explanation.ts';
import type { TimeWords } from './times.ts';

/** A rule as a tree, a node a line, what its leaves are judged by below them. */
export function treeLines(rule: ExplainedRule, time: TimeWords): string[] {
  const [head, below] = linesOf(rule, time);
  return [`${rule.holds ? '✓' : '✗'} ${head}`, ...below.map((line) => `    ${line}`)];
}

const GROUPS = { all: 'all of', any: 'at least one of', not: 'not' } as const;

function linesOf(rule: ExplainedRule, time: TimeWords): [head: string, below: readonly string[]] {
  switch (rule.kind) {
    case 'all':
    case 'any':
    case 'not':
      return [GROUPS[rule.kind], rule.rules.flatMap((inner) => treeLines(inner, time))];
    case 'segment': {
      const inner =
        rule.rule === undefined ? ['its rule stands above'] : treeLines(rule.rule, time);
      return [`a member of ${rule.segment}`, [...turnLines(rule.next, time), ...inner]];
    }
    case 'condition':
      return [rule.asks, [evidenceWords(rule.evidence, time), ...turnLines(rule.next, time)]];
  }
}

function turnLines(next: Turn | undefined, time: TimeWords): string[] {
  if (next === undefined) return [];
  return [`${next.to ? '✓' : '✗'} from ${time(next.at)} on, if nothing happens`];
}

/** What time alone will do to the whole rule. */
export function outlookWords({ next, until }: Outlook, time: TimeWords): string {
  if (next !== undefined) return `${time(next.at)}, if nothing happens`;
  if (until === undefined) return 'never, if nothing happens';
  return `not before ${time(until + 1)}, if nothing happens`;
}

function evidenceWords(evidence: Evidence, time: TimeWords): string {
  switch (evidence.kind) {
    case 'count':
    case 'distinct': {
      const { count, orMore, latestAt } = evidence;
      if (count === 0) return 'none';
      return `${count}${orMore ? ' or more' : ''}${latestWords(latestAt, time)}`;
    }
    case 'sum':
    case 'average': {
      const { value, count, latestAt } = evidence;
      if (value === undefined || count === 0) return 'there are no amounts';
      const amounts = count === 1 ? '1 amount' : `${count} amounts`;
      return `${value}, of ${amounts}${latestWords(latestAt, time)}`;
    }
    case 'min':
    case 'max':
      return evidence.value ?? 'there are no amounts';
    case 'latest':
      return latestEventWords(evidence, time);
    case 'first':
      return evidence.at === undefined ? 'there was none' : `it was ${time(evidence.at)}`;
    case 'attribute':
      return attributeWords(evidence, time);
    case 'sample':
      return `place ${evidence.share.toFixed(3)} of 100`;
    default:
      return unreachable(evidence);
  }
}

function latestWords(latestAt: number | undefined, time: TimeWords): string {
  return latestAt === undefined ? '' : `, the latest ${time(latestAt)}`;
}

function latestEventWords(
  { at, passes, followedAt, notFollowedAt }: Extract<Evidence, { readonly kind: 'latest' }>,
  time: TimeWords,
): string {
  if (at === undefined) return 'there was none';
  const words = [`it was ${time(at)}`];
  if (!passes) words.push('it does not pass');
  const follower = followedAt ?? notFollowedAt;
  if (follower !== undefined) words.push(`the latest that may follow: ${time(follower)}`);
  return words.join('; ');
}

function attributeWords(
  { name, value, setAt, date }: Extract<Evidence, { readonly kind: 'attribute' }>,
  time: TimeWords,
): string {
  const shown = isPrivateMark(value) ? 'there, and private' : JSON.stringify(value);
  const is = value === undefined ? 'is missing' : `is ${shown}`;
  const years = date === undefined ? '' : `, ${date.years} whole years ago`;
  return `${name} ${is}${years}${setAt === undefined ? '' : `, since ${time(setAt)}`}`;
}
