import type {
  AttributeCondition,
  Comparison,
  Condition,
  EventCondition,
  EventFilter,
  LatestCondition,
  LineFilter,
  Product,
} from '../rule.ts';
import { fieldsWords, filterWords, matcherWords, OPERATORS, pathWords } from './filter-words.ts';
import { durationWords, windowWords } from './window-words.ts';

/** A condition as a person says it: `count of Order Completed in the last 30 days: at least 1`. */
export function wordsOf(condition: Condition): string {
  switch (condition.kind) {
    case 'event':
      return eventWords(condition);
    case 'latest':
      return latestWords(condition);
    case 'first':
      return `the first ${filterWords(condition)} ever: ${windowWords(condition.window)}`;
    case 'attribute':
      return attributeWords(condition);
    case 'sample':
      return `in the sample "${condition.salt}" of ${condition.percent} %`;
  }
}

function eventWords({ measure, window, minus, comparison, ...source }: EventCondition): string {
  const subject = sourceWords(source);
  const measured =
    measure.of === 'count'
      ? `count of ${subject}`
      : measure.of === 'distinct'
        ? `different ${pathWords(measure.path)} of ${subject}`
        : `${measure.of} of ${productWords(measure.path)} of ${subject}`;
  const less =
    minus === undefined
      ? ''
      : `, less the sum of ${productWords(minus.sum)} of ${sourceWords(minus)}`;
  const when = window.kind === 'ever' ? '' : ` ${windowWords(window)}`;
  return `${measured}${less}${when}: ${comparisonWords(comparison)}`;
}

function latestWords(condition: LatestCondition): string {
  const { window, atLeastAgoMs, followedBy, notFollowedBy, having } = condition;
  const asked: string[] = [];
  if (window.kind !== 'ever') asked.push(windowWords(window));
  if (atLeastAgoMs > 0) asked.push(`at least ${durationWords(atLeastAgoMs)} ago`);
  if (having.length > 0) asked.push(`with ${fieldsWords(having)}`);
  if (followedBy !== undefined) asked.push(`followed by ${filterWords(followedBy)}`);
  if (notFollowedBy !== undefined) asked.push(`not followed by ${filterWords(notFollowedBy)}`);
  const what = asked.length === 0 ? 'there is one' : asked.join(', ');
  return `the latest ${filterWords(condition)}: ${what}`;
}

function attributeWords({ name, test }: AttributeCondition): string {
  switch (test.of) {
    case 'value':
      return `${name} ${matcherWords(test.matcher)}`;
    case 'age':
      return `age by ${name}: ${comparisonWords(test.comparison)}`;
    case 'anniversary':
      return `the next anniversary of ${name}: within ${durationWords(test.withinMs)}`;
    case 'ago':
    case 'ahead': {
      const bound = comparisonWords(test.comparison, durationWords);
      return `${name}: ${bound} ${test.of}`;
    }
  }
}

function sourceWords(source: EventFilter & { readonly lines?: LineFilter | undefined }): string {
  const { lines } = source;
  if (lines === undefined) return filterWords(source);
  const where = lines.where.length === 0 ? '' : ` with ${fieldsWords(lines.where)}`;
  return `lines of ${pathWords(lines.of)}${where} of ${filterWords(source)}`;
}

function comparisonWords(comparison: Comparison, words: (of: number) => string = String): string {
  if (comparison.op === 'between') {
    return `between ${words(comparison.low)} and ${words(comparison.high)}`;
  }
  return `${OPERATORS[comparison.op]} ${words(comparison.value)}`;
}

function productWords(product: Product): string {
  return product.map(pathWords).join(' × ');
}
