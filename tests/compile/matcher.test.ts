import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/base/json.ts';
import { compileFilter, compileMatcher, compileObjectFilter } from '../../src/compile/matcher.ts';
import { compileAttribute, compileEventPath, compilePath } from '../../src/compile/path.ts';
import { parseSegment } from '../../src/rules/parse.ts';
import type { Filter, Matcher } from '../../src/rules/rule.ts';

/** The filter that a user writes, as the parser gives it. */
function filterOf(text: string): Filter {
  const source = { name: 'a.yaml', text: `rule: { event: A, where: ${text} }` };
  const { segment, errors } = parseSegment(source, '');
  expect(errors.map(String)).toEqual([]);
  return segment?.rule.kind === 'event' ? segment.rule.where : [];
}

function matcherOf(text: string): Matcher {
  return filterOf(`{ a: ${text} }`)[0]?.matcher ?? [];
}

const missing = [undefined, null] as const;
const others: readonly Json[] = [0, 5, '5', '', 'abc', true, false, [], [5], ['abc'], {}, { a: 1 }];

/** The matcher as it is written, what passes, and what else does not (a null is missing). */
const table: readonly [matcher: string, passing: readonly Json[], failing: readonly Json[]][] = [
  ['5', [5, 5.0], ['5', true, 6, [5]]],
  ['"5"', ['5'], [5, '05', ['5']]],
  ['true', [true], ['true', 1, [true]]],
  ['""', [''], [0, false, []]],
  ['0', [0, -0], ['', false, '0']],
  ['[5, abc]', [5, 'abc'], ['5', [5, 'abc'], [5]]],
  ['[1, "1", true]', [1, '1', true], ['true', 2, false]],
  ['{ equals: abc }', ['abc'], ['ABC', 'abcd', ['abc']]],
  ['{ in: [a, b, c] }', ['a', 'b', 'c'], ['d', ['a']]],
  ['{ atLeast: 5 }', [5, 5.1, 1e300], [4.9, '6', true, [6]]],
  ['{ moreThan: 5 }', [5.1], [5, '6']],
  ['{ atMost: 5 }', [5, -1, 0], [5.1, '4', false]],
  ['{ lessThan: 5 }', [4.9], [5, '4', []]],
  ['{ atLeast: b }', ['b', 'ba', 'z', 'é', '😀'], ['a', 'B', '', 5]],
  ['{ moreThan: b }', ['ba', 'c'], ['b', 'a']],
  ['{ atMost: b }', ['b', 'a', '', 'B'], ['ba', 1]],
  ['{ lessThan: b }', ['a', ''], ['b', 'c', 1]],
  // U+FFEE stands before U+1F600 in UTF-8, though not in UTF-16.
  ['{ moreThan: "\\uFFEE" }', ['😀'], ['\uffed']],
  ['{ between: [1, 3] }', [1, 2, 3], [0.9, 3.1, '2']],
  ['{ between: [a, c] }', ['a', 'b', 'c'], ['ca', 'Z', 2]],
  ['{ between: [2024-01-01, 2024-12-31] }', ['2024-05-01'], ['2023-12-31', '2025']],
  ['{ contains: b }', ['abc', 'b', ['a', 'b']], ['ac', ['abc'], 5, { b: 1 }]],
  ['{ contains: 5 }', [[5], [1, 5]], [5, '5', ['5'], [[5]]]],
  ['{ contains: true }', [[true]], ['true', true]],
  ['{ startsWith: ab }', ['ab', 'abc'], ['cab', ['ab'], 5]],
  ['{ endsWith: bc }', ['bc', 'abc'], ['bca', ['bc']]],
  ['{ matches: "a.c" }', ['abc', 'xxabcxx'], ['ac', 'a\nc', ['abc']]],
  ['{ matches: "^(?i)ABC$" }', ['abc'], ['abcd']],
  ['{ matches: "5" }', ['5'], [5]],
  ['{ exists: true }', [0, '', false, [], {}], []],
  [
    '{ some: { b: 1, c: { exists: true } } }',
    [[{ b: 1, c: 0 }], [5, null, { b: 1, c: [] }]],
    [{ b: 1, c: 0 }, [{ b: 1 }, { c: 0 }], [], [[{ b: 1, c: 0 }]], 'b'],
  ],
  ['{ some: {} }', [[{}]], [[], [1], [[]], {}]],
  ['{ some: { tags: { some: { x: 1 } } } }', [[{ tags: [{ x: 1 }] }]], [[{ tags: { x: 1 } }]]],
  ['{ atLeast: 1, lessThan: 3 }', [1, 2.9], [0, 3]],
  ['{ startsWith: a, endsWith: c, not: ac }', ['abc'], ['ac', 'ab']],
];

describe('a matcher', () => {
  it.each(table)('%s', (text, passing, failing) => {
    const test = compileMatcher(matcherOf(text));
    for (const value of passing) expect([value, test(value)]).toEqual([value, true]);
    for (const value of failing) expect([value, test(value)]).toEqual([value, false]);
    for (const value of missing) expect(test(value)).toBe(false);
  });

  it.each([
    ['{ not: 5 }', [5]],
    ['{ not: [5, abc] }', [5, 'abc']],
    ['{ notIn: [0, 5, true] }', [0, 5, true]],
  ] as const)('%s passes what is missing, an array, and all but its values', (text, values) => {
    const test = compileMatcher(matcherOf(text));
    for (const value of missing) expect(test(value)).toBe(true);
    for (const value of others) {
      expect([value, test(value)]).toEqual([value, !values.some((one) => one === value)]);
    }
  });

  it('{ exists: false } passes only what is missing', () => {
    const test = compileMatcher(matcherOf('{ exists: false }'));
    for (const value of missing) expect(test(value)).toBe(true);
    for (const value of others) expect(test(value)).toBe(false);
  });

  it('takes a pattern that would hold up an engine with back-tracking', () => {
    const test = compileMatcher(matcherOf('{ matches: "(x+x+)+y" }'));
    expect(test('x'.repeat(50_000))).toBe(false);
  });
});

describe('a filter', () => {
  const properties: JsonObject = {
    category: 'toys',
    price: 5,
    product: { category: 'games', tags: ['a'] },
    'product.category': 'as a whole',
    context: { device: 'of the properties' },
    text: 'abc',
    nothing: null,
  };
  const context: JsonObject = { device: { type: 'mobile' }, ip: '::1' };

  it.each([
    ['{}', true],
    ['{ category: toys }', true],
    ['{ category: toys, price: 5 }', true],
    ['{ category: toys, price: 5, text: abc }', true],
    ['{ category: toys, price: 6, text: abc }', false],
    ['{ category: toys, price: 5, text: abd }', false],
    ['{ category: dolls, price: 5 }', false],
    ['{ product.category: games }', true],
    ['{ product.tags.0: a }', false],
    ['{ product.tags: { contains: a } }', true],
    ['{ text.length: 3 }', false],
    ['{ text.length: { exists: false } }', true],
    ['{ nothing: { exists: false }, absent: { exists: false } }', true],
    ['{ nothing.inner: { exists: false } }', true],
    ['{ context.device.type: mobile, context.ip: "::1" }', true],
    ['{ context.device: { exists: true } }', true],
    ['{ context: { exists: true } }', true],
    ['{ device.type: mobile }', false],
    ['{ toString: { exists: true } }', false],
    ['{ constructor.name: Object }', false],
    ['{ __proto__: { exists: true } }', false],
    ['{ product.__proto__.toString: { exists: false } }', true],
  ])('%s', (text, expected) => {
    expect(compileFilter(filterOf(text))(properties, context)).toBe(expected);
  });

  it('of a line has no context', () => {
    const filter = filterOf('{ context.device: x, price: 5 }');
    expect(compileObjectFilter(filter)({ context: { device: 'x' }, price: 5 })).toBe(true);
    expect(compileObjectFilter(filter)({ price: 5 })).toBe(false);
    expect(compileObjectFilter([])({})).toBe(true);
  });

  it('finds own keys, whatever they are called', () => {
    const odd = JSON.parse('{"__proto__":{"a":1},"toString":2}') as JsonObject; // it is an object
    expect(compilePath(['__proto__', 'a'])(odd)).toBe(1);
    expect(compilePath(['toString'])(odd)).toBe(2);
    expect(compileEventPath(['toString'])({}, odd)).toBe(undefined);
  });

  it('looks an attribute up as a whole, then as a path', () => {
    const read = compileAttribute('address.city');
    expect(read({ 'address.city': 'Perm', address: { city: 'Omsk' } })).toBe('Perm');
    expect(read({ 'address.city': null, address: { city: 'Omsk' } })).toBe('Omsk');
    expect(read({ address: { city: null } })).toBe(undefined);
    expect(compileAttribute('toString')({})).toBe(undefined);
  });

  it('reads any path of any object as a plain walk does', () => {
    const key = fc.constantFrom('a', 'b', 'length', '0', '__proto__', 'toString', 'context');
    const path = fc.array(key, { minLength: 1, maxLength: 4 });
    const object = fc.object({ key, maxDepth: 4, values: [fc.constant(null), fc.integer()] });
    fc.assert(
      fc.property(path, object, (keys, value) => {
        let found: unknown = value;
        for (const one of keys) {
          const isPlain = typeof found === 'object' && found !== null && !Array.isArray(found);
          const pairs: [string, unknown][] = isPlain ? Object.entries(found as object) : [];
          found = pairs.find(([name]) => name === one)?.[1] ?? undefined;
        }
        // `fc.object` without more makes what JSON has.
        expect(compilePath(keys)(value as JsonObject)).toBe(found);
      }),
    );
  });
});
