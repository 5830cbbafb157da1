import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShoalError } from '../../src/base/error.ts';
import { parseSegment } from '../../src/rules/parse.ts';
import type { Filter, Rule } from '../../src/rules/rule.ts';

const DAY = 86_400_000;

function ruleOf(text: string): Rule | undefined {
  const { errors, segment } = parseSegment({ name: 'a.yaml', text: `rule: ${text}` }, '');
  expect(errors.map(String)).toEqual([]);
  return segment?.rule;
}

const plain = {
  kind: 'event',
  events: ['A'],
  where: [],
  window: { kind: 'ever' },
  measure: { of: 'count' },
  comparison: { op: 'atLeast', value: 1 },
} as const;

const is = (path: string[], ...values: (string | number | boolean)[]): Filter[number] => ({
  path,
  matcher: [{ op: 'in', values }],
});

describe('event conditions', () => {
  it.each<[string, Partial<Record<string, unknown>>]>([
    ['{ event: A }', {}],
    ['{ event: "*" }', { events: ['*'] }],
    ['{ event: [B, A, B] }', { events: ['A', 'B'] }],
    ['{ event: A, equals: 0 }', { comparison: { op: 'equals', value: 0 } }],
    ['{ event: A, between: [2, 2] }', { comparison: { op: 'between', low: 2, high: 2 } }],
    ['{ event: A, where: { b: 1, a.c: x } }', { where: [is(['a', 'c'], 'x'), is(['b'], 1)] }],
    ['{ event: A, where: { context.ip: x } }', { where: [is(['context', 'ip'], 'x')] }],
    ['{ event: A, where: { "a b": 1 } }', { where: [is(['a b'], 1)] }],
    ['{ event: A, where: {} }', {}],
    [
      '{ event: A, distinct: product_id, lessThan: 3.5 }',
      {
        measure: { of: 'distinct', path: ['product_id'] },
        comparison: { op: 'lessThan', value: 3.5 },
      },
    ],
    [
      '{ event: A, lines: { of: cart.items, where: { a: 1 } }, max: price*quantity, atMost: 1 }',
      {
        lines: { of: ['cart', 'items'], where: [is(['a'], 1)] },
        measure: { of: 'max', path: [['price'], ['quantity']] },
        comparison: { op: 'atMost', value: 1 },
      },
    ],
    [
      '{ event: A, sum: a, minus: { event: B, where: { c: 1 }, lines: { of: d }, sum: e }, moreThan: 1 }',
      {
        measure: { of: 'sum', path: [['a']] },
        minus: {
          events: ['B'],
          where: [is(['c'], 1)],
          lines: { of: ['d'], where: [] },
          sum: [['e']],
        },
        comparison: { op: 'moreThan', value: 1 },
      },
    ],
  ])('%s', (text, expected) => {
    expect(ruleOf(text)).toEqual({ ...plain, ...expected });
  });
});

describe('windows', () => {
  it.each([
    ['30d', { kind: 'rolling', fromMs: 30 * DAY, toMs: 0 }],
    ['2w', { kind: 'rolling', fromMs: 14 * DAY, toMs: 0 }],
    ['{ from: 90d, to: 30d }', { kind: 'rolling', fromMs: 90 * DAY, toMs: 30 * DAY }],
    ['{ from: 90d, to: 0 }', { kind: 'rolling', fromMs: 90 * DAY, toMs: 0 }],
    ['{ from: 90d, to: 0s }', { kind: 'rolling', fromMs: 90 * DAY, toMs: 0 }],
    ['{ from: 45s }', { kind: 'rolling', fromMs: 45_000, toMs: 0 }],
    ['{ after: 1970-01-02T00:00:00Z }', { kind: 'absolute', afterAt: DAY }],
    ['{ before: "1970-01-02T03:00:00+03:00" }', { kind: 'absolute', beforeAt: DAY }],
    [
      '{ after: 1970-01-01T00:00:00Z, before: 1970-01-01T00:00:00.001Z }',
      { kind: 'absolute', afterAt: 0, beforeAt: 1 },
    ],
    ['{ calendar: month }', { kind: 'calendar', period: 'month', ago: 0 }],
    ['{ calendar: week, ago: 2 }', { kind: 'calendar', period: 'week', ago: 2 }],
  ])('%s', (text, window) => {
    expect(ruleOf(`{ event: A, within: ${text} }`)).toEqual({ ...plain, window });
  });
});

describe('matchers', () => {
  it.each([
    ['x', [{ op: 'in', values: ['x'] }]],
    ['"5"', [{ op: 'in', values: ['5'] }]],
    ['no', [{ op: 'in', values: ['no'] }]],
    ['[b, 2, true, a, "2", 2]', [{ op: 'in', values: [true, 2, '2', 'a', 'b'] }]],
    ['{ equals: false }', [{ op: 'in', values: [false] }]],
    ['{ not: x }', [{ op: 'notIn', values: ['x'] }]],
    ['{ not: [x, y] }', [{ op: 'notIn', values: ['x', 'y'] }]],
    ['{ notIn: [y, x] }', [{ op: 'notIn', values: ['x', 'y'] }]],
    [
      '{ lessThan: b, atLeast: a }',
      [
        { op: 'atLeast', value: 'a' },
        { op: 'lessThan', value: 'b' },
      ],
    ],
    ['{ between: [1, 2] }', [{ op: 'between', low: 1, high: 2 }]],
    ['{ contains: 5 }', [{ op: 'contains', value: 5 }]],
    ['{ startsWith: "" }', [{ op: 'startsWith', value: '' }]],
    ['{ matches: "^a.c$" }', [{ op: 'matches', value: '^a.c$' }]],
    ['{ exists: false }', [{ op: 'exists', value: false }]],
    ['{ some: { a.b: 1 } }', [{ op: 'some', filter: [is(['a', 'b'], 1)] }]],
  ])('%s', (text, matcher) => {
    const where = [{ path: ['a'], matcher }];
    expect(ruleOf(`{ event: A, where: { a: ${text} } }`)).toEqual({ ...plain, where });
  });
});

describe('the other rules', () => {
  const attribute = (test: object) => ({ kind: 'attribute', name: 'a', test });

  it.each([
    ['{ all: [{ event: A }] }', { kind: 'all', rules: [plain] }],
    [
      '{ any: [{ event: A }, { not: { event: A } }] }',
      { kind: 'any', rules: [plain, { kind: 'not', rule: plain }] },
    ],
    ['{ segment: vip }', { kind: 'segment', segment: 'vip' }],
    [
      '{ sample: { percent: 0.5, salt: spring } }',
      { kind: 'sample', percent: 0.5, salt: 'spring' },
    ],
    [
      '{ latest: A }',
      {
        kind: 'latest',
        events: ['A'],
        where: [],
        window: { kind: 'ever' },
        atLeastAgoMs: 0,
        having: [],
      },
    ],
    [
      '{ latest: [A], within: 7d, atLeastAgo: 1h, followedBy: { event: B }, notFollowedBy: { event: "*", where: { b: 1 } }, having: { c: 1 } }',
      {
        kind: 'latest',
        events: ['A'],
        where: [],
        window: { kind: 'rolling', fromMs: 7 * DAY, toMs: 0 },
        atLeastAgoMs: 3_600_000,
        followedBy: { events: ['B'], where: [] },
        notFollowedBy: { events: ['*'], where: [is(['b'], 1)] },
        having: [is(['c'], 1)],
      },
    ],
    [
      '{ first: A, within: { calendar: year } }',
      {
        kind: 'first',
        events: ['A'],
        where: [],
        window: { kind: 'calendar', period: 'year', ago: 0 },
      },
    ],
    [
      '{ attribute: a, not: x }',
      attribute({ of: 'value', matcher: [{ op: 'notIn', values: ['x'] }] }),
    ],
    [
      '{ attribute: a, age: { atLeast: 18 } }',
      attribute({ of: 'age', comparison: { op: 'atLeast', value: 18 } }),
    ],
    [
      '{ attribute: a, anniversary: { within: 7d } }',
      attribute({ of: 'anniversary', withinMs: 7 * DAY }),
    ],
    [
      '{ attribute: a, ago: { between: [1d, 1d] } }',
      attribute({ of: 'ago', comparison: { op: 'between', low: DAY, high: DAY } }),
    ],
    [
      '{ attribute: a, ahead: { lessThan: 1s } }',
      attribute({ of: 'ahead', comparison: { op: 'lessThan', value: 1_000 } }),
    ],
    [
      '{ attribute: a, exists: true, ago: { atLeast: 1s } }',
      {
        kind: 'all',
        rules: [
          attribute({ of: 'value', matcher: [{ op: 'exists', value: true }] }),
          attribute({ of: 'ago', comparison: { op: 'atLeast', value: 1_000 } }),
        ],
      },
    ],
  ])('%s', (text, rule) => {
    expect(ruleOf(text)).toEqual(rule);
  });
});

describe('a file', () => {
  it('has the id of its name, which is its name too unless it says another', () => {
    const { segment } = parseSegment({ name: 'vip-1.yaml', text: 'rule: { event: A }' }, '');
    expect(segment).toEqual({ id: 'vip-1', name: 'vip-1', rule: plain });
    const text = 'name: VIP\ndescription: Best\nrule: { event: A }';
    expect(parseSegment({ name: 'v.yaml', text }, '').segment).toEqual({
      id: 'v',
      name: 'VIP',
      description: 'Best',
      rule: plain,
    });
  });

  it('may write a part once and use it again', () => {
    const text = '{ any: [{ event: A, where: &w { b: 1 } }, { event: B, where: *w }] }';
    const where = [is(['b'], 1)];
    expect(ruleOf(text)).toEqual({
      kind: 'any',
      rules: [
        { ...plain, where },
        { ...plain, events: ['B'], where },
      ],
    });
  });

  it('reads keys such as __proto__ as any other', () => {
    const where = [is(['__proto__', 'polluted'], true), is(['constructor'], 'x')];
    const text = '{ event: A, where: { __proto__.polluted: true, constructor: x } }';
    expect(ruleOf(text)).toEqual({ ...plain, where });
    expect(ruleOf('{ event: A, where: { __proto__: 1 } }')).toEqual({
      ...plain,
      where: [is(['__proto__'], 1)],
    });
  });
});

describe('any text', () => {
  const word = fc.constantFrom(
    ...'all any not segment sample event latest first attribute where within lines of sum minus'.split(
      ' ',
    ),
    ...'average atLeast between equals in some matches exists age ago ahead anniversary'.split(' '),
    ...'from to after before calendar percent salt having followedBy atLeastAgo'.split(' '),
    ...'30d 0d A "*" 5 -1 .inf ~ true "x y" a.b a*b toString __proto__ constructor &a *a <<'.split(
      ' ',
    ),
    ...['2024-01-01T00:00:00Z', '"("', '!!set', '!x', '? ', '|', '>-', '%YAML 1.1', '---', '\t'],
  );
  const glue = fc.constantFrom(': ', ', ', '{ ', ' }', '[', ']', '\n', '\n  ', '\n- ', ' ', '"');
  const soup = fc.array(fc.oneof(word, glue), { maxLength: 60 }).map((parts) => parts.join(''));
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      word,
      fc.array(tie('value'), { maxLength: 3 }).map((list) => `[${list.join(', ')}]`),
      fc
        .array(fc.tuple(word, tie('value')), { maxLength: 4 })
        .map(
          (pairs) => `{ ${pairs.map(([key, value]) => `${key}: ${String(value)}`).join(', ')} }`,
        ),
    ),
  })).value;
  const texts = fc.oneof(
    soup,
    fc.string(),
    fc.string({ unit: 'binary' }),
    tree.map((value) => `rule: ${value}`),
    fc.json().map((json) => `rule: ${json}`),
  );

  it('gives a segment or errors, throws nothing and pollutes no prototype', () => {
    fc.assert(
      fc.property(texts, fc.string(), (text, name) => {
        const { segment, errors } = parseSegment({ name: `${name}.yaml`, text }, 'config/segments');
        expect(segment === undefined).toBe(errors.length > 0);
        for (const error of errors) {
          expect(error).toBeInstanceOf(ShoalError);
          expect(error.message).not.toBe('');
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect('polluted' in {}).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  it('ends on a stack of brackets', () => {
    for (const open of ['[', '{a: ', '- ', '? ', '{ not: ', '!x ']) {
      const { errors } = parseSegment({ name: 'a.yaml', text: open.repeat(20_000) }, '');
      expect(errors).not.toEqual([]);
    }
  });
});
