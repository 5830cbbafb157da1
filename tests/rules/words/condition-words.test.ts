import { expect, test } from 'vitest';
import { parseSegment } from '../../../src/rules/parse.ts';
import { wordsOf } from '../../../src/rules/words/condition-words.ts';
import { durationWords } from '../../../src/rules/words/window-words.ts';
import { conditionsOf } from '../../../src/compile/rule.ts';

/** The first condition of a rule as it stands in a file, in words. */
function wordsFor(rule: string): string {
  const { segment, errors } = parseSegment({ name: 's.yaml', text: `rule: ${rule}\n` }, '');
  const [condition] = segment === undefined ? [] : conditionsOf(segment.rule);
  if (condition === undefined) throw new Error(errors.join('\n'));
  return wordsOf(condition);
}

test.each([
  [
    '{ event: Order Completed, within: 30d }',
    'count of Order Completed in the last 30 days: at least 1',
  ],
  ['{ event: "*", atMost: 2 }', 'count of any event: at most 2'],
  [
    '{ event: Order Completed, where: { currency: RUB }, within: 365d, sum: total, minus: { event: Order Refunded, sum: total }, atLeast: 100000 }',
    'sum of total of Order Completed with currency is "RUB", less the sum of total of Order Refunded in the last 365 days: at least 100000',
  ],
  [
    '{ event: [Product Viewed, Product Added], within: { from: 90d, to: 30d }, distinct: product_id, between: [2, 5] }',
    'different product_id of Product Added or Product Viewed between 90 days and 30 days ago: between 2 and 5',
  ],
  [
    '{ event: Order Completed, lines: { of: products, where: { category: [toys, games] } }, within: { calendar: month }, sum: price * quantity, moreThan: 50.5 }',
    'sum of price × quantity of lines of products with category is one of "games" or "toys" of Order Completed in this calendar month: more than 50.5',
  ],
  [
    '{ event: A, within: { after: 2026-01-01T00:00:00Z, before: 2026-02-01T00:00:00Z }, equals: 3 }',
    'count of A from 2026-01-01T00:00:00.000Z on and before 2026-02-01T00:00:00.000Z: exactly 3',
  ],
  [
    '{ event: A, within: { calendar: week, ago: 2 } }',
    'count of A in the calendar week 2 before this: at least 1',
  ],
  [
    '{ latest: Product Added, within: 7d, atLeastAgo: 90m, notFollowedBy: { event: Order Completed }, having: { price: { atLeast: 1000 } } }',
    'the latest Product Added: in the last 7 days, at least 90 minutes ago, with price is at least 1000, not followed by Order Completed',
  ],
  ['{ latest: Product Added }', 'the latest Product Added: there is one'],
  ['{ first: Order Completed, within: 1d }', 'the first Order Completed ever: in the last 1 day'],
  ['{ attribute: country, equals: DE }', 'country is "DE"'],
  ['{ attribute: tags, contains: vip, exists: true }', 'tags contains "vip" and is there'],
  ['{ attribute: plan, not: [free, trial] }', 'plan is not "free" or "trial"'],
  ['{ attribute: birthday, age: { between: [18, 35] } }', 'age by birthday: between 18 and 35'],
  [
    '{ attribute: birthday, anniversary: { within: 7d } }',
    'the next anniversary of birthday: within 7 days',
  ],
  ['{ attribute: trial_ends, ahead: { atMost: 3d } }', 'trial_ends: at most 3 days ahead'],
  ['{ sample: { percent: 12.5, salt: spring } }', 'in the sample "spring" of 12.5 %'],
  [
    '{ event: A, where: { tags: { some: { name: { startsWith: x } } }, note: { matches: "^a" }, gone: { exists: false } } }',
    'count of A with gone is missing, note matches "^a", tags has one with name starts with "x": at least 1',
  ],
])('%s', (rule, words) => {
  expect(wordsFor(rule)).toBe(words);
});

test.each([
  [0, '0 ms'],
  [1, '1 ms'],
  [1_500, '1500 ms'],
  [60_000, '1 minute'],
  [5_400_000, '90 minutes'],
  [86_400_000, '1 day'],
  [14 * 86_400_000, '14 days'],
])('%d ms are %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});
