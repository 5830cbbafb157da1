import type { EpochMs } from '../../base/time.ts';
import type { Why } from '../../engine/effect.ts';
import type { Explanation } from '../../engine/explain/explanation.ts';
import type { TimeWords } from './times.ts';
import { outlookWords, treeLines } from './tree-lines.ts';

/** Why a customer is a member of a segment or is not. */
export interface SegmentAnswer {
  readonly kind: 'segment';
  readonly explanation: Explanation;
  /** The transition that made it so; absent when it is too far back, or there was none. */
  readonly since?: { readonly at: EpochMs; readonly why: Why } | undefined;
  /** How far back the transitions were read without finding it; absent: to the very first. */
  readonly readBackTo?: EpochMs | undefined;
}

const REASONS: Readonly<Record<Why, string>> = {
  event: 'by an event',
  time: 'by time alone',
  define: 'when the definitions changed',
  import: 'by imported history',
  merge: 'when two customers became one',
  forget: 'when a customer was forgotten',
};

/** One screen for people. */
export function segmentLines(answer: SegmentAnswer, time: TimeWords): string[] {
  const { customer, segment, name, known, isMember, at, rule, outlook } = answer.explanation;
  const title = `${segment} ("${name}")`;
  if (!known) {
    return [`✗ ${customer} is no member of ${title}: nobody has heard of this customer`];
  }
  const lines = [
    `${isMember ? '✓' : '✗'} ${customer} is ${isMember ? 'a' : 'no'} member of ${title}`,
    `  since   ${sinceWords(answer, time)}`,
  ];
  if (outlook !== undefined) {
    lines.push(`  ${isMember ? 'leaves' : 'enters'}  ${outlookWords(outlook, time)}`);
  }
  lines.push(`  as of   ${time(at)}`);
  if (rule !== undefined) lines.push('', ...treeLines(rule, time));
  return lines;
}

function sinceWords({ explanation, since, readBackTo }: SegmentAnswer, time: TimeWords): string {
  if (since !== undefined) return `${time(since.at)}, ${REASONS[since.why]}`;
  if (readBackTo !== undefined) return `before ${time(readBackTo)}`;
  return explanation.isMember ? 'is not known' : 'ever';
}
