/**
 * The segments of a soak, by id: short windows, so that time alone moves members all the while, and
 * rules that hold for ever, in which an event that was lost or applied twice stays to be seen.
 */
export const SEGMENTS: Readonly<Record<string, string>> = {
  'average-check':
    'rule: { event: Order Completed, within: 15s, average: total, between: [500, 1500] }',
  busy: 'rule: { event: "*", within: 12s, atLeast: 3 }',
  carts: `rule:
  latest: Product Added
  within: 15s
  atLeastAgo: 3s
  notFollowedBy: { event: Order Completed }`,
  'first-steps': 'rule: { first: Product Viewed, within: 8s }',
  kazan: 'rule: { attribute: city, equals: Kazan }',
  'kazan-not-looking': 'rule: { all: [{ segment: kazan }, { not: { segment: looking } }] }',
  looking: 'rule: { event: Product Viewed, within: 5s }',
  regulars: 'rule: { event: Product Viewed, atLeast: 4 }',
  spenders: `rule:
  event: Order Completed
  sum: total
  minus: { event: Order Refunded, sum: total }
  atLeast: 2000`,
  toys: `rule:
  event: Product Viewed
  where: { category: toys }
  within: 10s
  distinct: product_id
  atLeast: 2`,
};
