import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, isObject, own, type JsonObject } from '../../src/base/json.ts';

describe('isObject', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [Object.create(null), true],
    [null, false],
    [undefined, false],
    [[], false],
    ['text', false],
    [5, false],
  ])('%j: %s', (value, expected) => {
    expect(isObject(value)).toBe(expected);
  });
});

describe('own', () => {
  it('finds own keys only', () => {
    const odd = JSON.parse('{"__proto__":1,"a":null}') as JsonObject; // it is an object
    expect(own(odd, '__proto__')).toBe(1);
    expect(own(odd, 'a')).toBe(null);
    expect(own(odd, 'toString')).toBe(undefined);
    expect(own({}, '__proto__')).toBe(undefined);
    expect(own({}, 'constructor')).toBe(undefined);
  });
});

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: [true, null, 'x"'] }, '{"a":[true,null,"x\\""],"b":1}'],
    [{ b: { d: 1, c: 2 }, a: undefined }, '{"b":{"c":2,"d":1}}'],
    [[], '[]'],
    [{}, '{}'],
    [-0, '0'],
    ['é', '"é"'],
    [undefined, 'null'],
  ])('%j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('gives the same text in whatever order the keys came, and JSON that means the same', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 });
    fc.assert(
      fc.property(object, (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        const same: unknown = JSON.parse(JSON.stringify(value)); // without the sign of -0
        expect(JSON.parse(canonicalJson(value))).toEqual(same);
      }),
    );
  });
});
