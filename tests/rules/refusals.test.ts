import { COMPARISONS, DURATION, KINDS, table } from './refusal-table.ts';

const EVENT_KEYS =
  'event, where, within, lines, sum, average, min, max, distinct, minus, ' + COMPARISONS;
const INSTANT = 'write an ISO 8601 instant, such as 2024-05-01T00:00:00Z';
const WINDOW = 'write { from, to }, { after, before } or { calendar, ago }';

table('kinds of rule', [
  ['5', `rule | a rule must be a mapping, not 5 | a rule has one of the keys ${KINDS}`],
  ['', `rule | a rule must be a mapping, not nothing | a rule has one of the keys ${KINDS}`],
  ['[]', `rule | a rule must be a mapping, not a list | a rule has one of the keys ${KINDS}`],
  ['{}', `rule | the rule is empty | a rule has one of the keys ${KINDS}`],
  ['{ evnt: A }', 'rule | no rule has the key "evnt" alone | did you mean "event"?'],
  ['{ or: [] }', `rule | no rule has the key "or" alone | a rule has one of the keys ${KINDS}`],
  [
    '{ all: [{ event: A }], event: B }',
    'rule | two kinds of rule in one mapping: "all" and "event" | put them under all or any',
  ],
  [
    '{ not: { event: A }, event: B }',
    'rule | two kinds of rule in one mapping: "not" and "event" | put them under all or any',
  ],
  ['{ all: [] }', 'rule.all | "all" is empty | leave it out or fill it'],
  ['{ any: [] }', 'rule.any | "any" is empty | leave it out or fill it'],
  ['{ any: { event: A } }', 'rule.any | "any" must be a list, not a mapping | -'],
  [
    '{ not: }',
    `rule.not | a rule must be a mapping, not nothing | a rule has one of the keys ${KINDS}`,
  ],
  [
    '{ all: [{ event: A }], name: b }',
    'rule.name | unknown key "name" in "all" | it has the key all',
  ],
  ['{ segment: 5 }', 'rule.segment | the id of a segment must be text, not 5 | quote it: "5"'],
  [
    '{ all: [{ event: A }, { event: B, witin: 3d }] }',
    'rule.all[1].witin | unknown key "witin" in an event condition | did you mean "within"?',
  ],
  [
    '{ all: [{ any: [] }, { not: { event: A, within: 3 } }] }',
    'rule.all[0].any | "any" is empty | leave it out or fill it',
    `rule.all[1].not.within | 3 is no duration | ${DURATION}`,
  ],
]);

table('samples', [
  [
    '{ sample: 10 }',
    'rule.sample | a sample must be a mapping, not 10 | its keys are percent, salt',
  ],
  [
    '{ sample: { percent: 10 } }',
    'rule.sample | "salt" is missing in the sample | such as salt: spring; another salt gives another sample',
  ],
  [
    '{ sample: { salt: a } }',
    'rule.sample | "percent" is missing in the sample | such as percent: 10',
  ],
  [
    '{ sample: { percent: 0, salt: 7 } }',
    'rule.sample.percent | 0 is no share in percent | write a number above 0 and at most 100',
    'rule.sample.salt | a salt must be text, not 7 | quote it: "7"',
  ],
  [
    '{ sample: { percent: 100.5, salt: a } }',
    'rule.sample.percent | 100.5 is no share in percent | write a number above 0 and at most 100',
  ],
  [
    '{ sample: { percent: 10, salt: a, seed: 1 } }',
    'rule.sample.seed | unknown key "seed" in a sample | its keys are percent, salt',
  ],
]);

table('event conditions', [
  ['{ event: }', 'rule.event | the name of an event must be text, not nothing | -'],
  ['{ event: 5 }', 'rule.event | the name of an event must be text, not 5 | quote it: "5"'],
  ['{ event: [] }', 'rule.event | the list of events is empty | leave it out or fill it'],
  [
    '{ event: [A, true] }',
    'rule.event[1] | the name of an event must be text, not true | quote it: "true"',
  ],
  [
    '{ event: [A, "*"] }',
    'rule.event | "*" stands for all events and has no others beside it | event: "*"',
  ],
  [
    '{ event: A, foo: 1 }',
    `rule.foo | unknown key "foo" in an event condition | its keys are ${EVENT_KEYS}`,
  ],
  ['{ event: A, sum: total }', `rule | a comparison is missing | add one of ${COMPARISONS}`],
  ['{ event: A, distinct: total }', `rule | a comparison is missing | add one of ${COMPARISONS}`],
  [
    '{ event: A, atLeast: 1, atMost: 2 }',
    'rule.atMost | there are two comparisons, "atLeast" and "atMost" | keep one; a range is between: [low, high]',
  ],
  [
    '{ event: A, sum: total, max: total, atLeast: 1 }',
    'rule.max | there are two measures, "sum" and "max" | make two conditions, under all or any',
  ],
  ['{ event: A, atLeast: }', 'rule.atLeast | this must be a number, not nothing | -'],
  [
    '{ event: A, atLeast: "5" }',
    'rule.atLeast | this must be a number, not "5" | write it without quotes: 5',
  ],
  ['{ event: A, equals: .nan }', 'rule.equals | this must be a number, not NaN | -'],
  [
    '{ event: A, between: 5 }',
    'rule.between | "between" must be a list, not 5 | write [low, high]',
  ],
  [
    '{ event: A, between: [5] }',
    'rule.between | "between" must have two ends, not 1 | write [low, high]',
  ],
  [
    '{ event: A, between: [5, 3] }',
    'rule.between | the low end 5 is above the high end 3 | swap the two',
  ],
  ['{ event: A, between: [1, x] }', 'rule.between[1] | this must be a number, not "x" | -'],
  [
    '{ event: A, lines: products }',
    'rule.lines | "lines" must be a mapping, not "products" | its keys are of, where',
  ],
  [
    '{ event: A, lines: { where: { a: 1 } } }',
    'rule.lines | "of" is missing in "lines" | name the array: lines: { of: products }',
  ],
  [
    '{ event: A, lines: { of: products, sum: price } }',
    'rule.lines.sum | unknown key "sum" in "lines" | its keys are of, where',
  ],
  [
    '{ event: A, minus: { event: B, sum: c } }',
    'rule.minus | "minus" is taken off a sum, not off the count | add sum: <path>',
  ],
  [
    '{ event: A, average: t, minus: { event: B, sum: c }, atLeast: 1 }',
    'rule.minus | "minus" is taken off a sum, not off the average | add sum: <path>',
  ],
  [
    '{ event: A, sum: t, minus: { event: B }, atLeast: 1 }',
    'rule.minus | "sum" is missing in "minus" | say of what: sum: total',
  ],
  [
    '{ event: A, sum: t, minus: { event: B, sum: c, within: 3d }, atLeast: 1 }',
    'rule.minus.within | unknown key "within" in "minus" | its keys are event, where, lines, sum',
  ],
  [
    '{ event: A, sum: t, minus: { sum: c }, atLeast: 1 }',
    'rule.minus.event | "event" is missing | name an event',
  ],
]);

table('paths', [
  [
    '{ event: A, sum: a..b, atLeast: 1 }',
    'rule.sum | "a..b" is no path | write keys with one dot between them, such as product.category',
  ],
  [
    '{ event: A, sum: a * b * c, atLeast: 1 }',
    'rule.sum | "a * b * c" has more than two factors | multiply two paths at most',
  ],
  [
    '{ event: A, distinct: a * b, atLeast: 1 }',
    'rule.distinct | "a * b" is a product of two paths, and here is room for one | sum, average, min and max can measure a product',
  ],
  [
    '{ event: A, sum: 5, atLeast: 1 }',
    'rule.sum | a path must be text, not 5 | such as product.category',
  ],
  [
    '{ event: A, where: { .a: 1 } }',
    'rule.where[".a"] | ".a" is no path | write keys with one dot between them, such as product.category',
  ],
]);

table('windows', [
  ['{ event: A, within: 30 }', `rule.within | 30 is no duration | ${DURATION}`],
  ['{ event: A, within: }', `rule.within | nothing is no duration | ${DURATION}`],
  ['{ event: A, within: 0d }', `rule.within | "0d" is no duration | ${DURATION}`],
  ['{ event: A, within: 30 d }', `rule.within | "30 d" is no duration | ${DURATION}`],
  ['{ event: A, within: 1.5h }', `rule.within | "1.5h" is no duration | ${DURATION}`],
  ['{ event: A, within: 999999999w }', `rule.within | "999999999w" is no duration | ${DURATION}`],
  ['{ event: A, within: {} }', `rule.within | the window is empty | ${WINDOW}`],
  [
    '{ event: A, within: { fom: 3d } }',
    'rule.within.fom | unknown key "fom" in a window | did you mean "from"?',
  ],
  [
    '{ event: A, within: { from: 3d, calendar: day } }',
    `rule.within | a window has either "from" or "calendar", not both | ${WINDOW}`,
  ],
  [
    '{ event: A, within: { to: 3d } }',
    'rule.within | "from" is missing | write { from: 90d, to: 30d }',
  ],
  [
    '{ event: A, within: { from: 3d, to: 72h } }',
    'rule.within | the window is empty: "from" "3d" is not longer ago than "to" "72h" | from is the older end, such as { from: 90d, to: 30d }',
  ],
  [
    '{ event: A, within: { from: 0d, to: x } }',
    `rule.within.from | "0d" is no duration | ${DURATION}`,
    `rule.within.to | "x" is no duration | ${DURATION}`,
  ],
  [
    '{ event: A, within: { after: 2024-01-01 } }',
    'rule.within.after | "2024-01-01" is no instant | say at what time and where: 2024-01-01T00:00:00Z, or with an offset such as +03:00',
  ],
  [
    '{ event: A, within: { after: 2023-02-29T00:00:00Z } }',
    `rule.within.after | "2023-02-29T00:00:00Z" is no instant | ${INSTANT}`,
  ],
  [
    '{ event: A, within: { before: 1700000000 } }',
    `rule.within.before | 1700000000 is no instant | ${INSTANT}`,
  ],
  [
    '{ event: A, within: { after: 2024-01-01T00:00:00Z, before: 2024-01-01T03:00:00+03:00 } }',
    'rule.within | the window is empty: "after" "2024-01-01T00:00:00Z" is not before "before" "2024-01-01T03:00:00+03:00" | an event counts when after ≤ its time < before',
  ],
  [
    '{ event: A, within: { calendar: quarter } }',
    'rule.within.calendar | "quarter" is no calendar period | choose day, week, month, year',
  ],
  [
    '{ event: A, within: { ago: 1 } }',
    'rule.within | "calendar" is missing | write { calendar: month, ago: 1 }',
  ],
  [
    '{ event: A, within: { calendar: day, ago: -1 } }',
    'rule.within.ago | "ago" must be a whole number from 0 to 100000, not -1 | 0 is the current period, 1 the one before it',
  ],
]);

table('latest and first', [
  [
    '{ first: A }',
    'rule | "within" is missing: "first" needs a window | say when the first one was, such as within: 30d',
  ],
  [
    '{ first: A, within: 3d, atLeast: 2 }',
    'rule.atLeast | unknown key "atLeast" in a first condition | its keys are first, where, within',
  ],
  ['{ latest: A, atLeastAgo: soon }', `rule.atLeastAgo | "soon" is no duration | ${DURATION}`],
  [
    '{ latest: A, having: [1] }',
    'rule.having | a filter must be a mapping, not a list | such as { category: toys }',
  ],
  [
    '{ latest: A, folowedBy: { event: B } }',
    'rule.folowedBy | unknown key "folowedBy" in a latest condition | did you mean "followedBy"?',
  ],
  [
    '{ latest: A, followedBy: { event: B, within: 3d }, notFollowedBy: B }',
    'rule.followedBy.within | unknown key "within" in "followedBy" | its keys are event, where',
    'rule.notFollowedBy | "notFollowedBy" must be a mapping, not "B" | its keys are event, where',
  ],
]);
