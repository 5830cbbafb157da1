import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import type { MatcherTest } from '../../src/rules/rule.ts';
import { event, holdsAt, matcherHolds, track, where } from './story.ts';

describe('matchers', () => {
  const missing: readonly MatcherTest[] = [
    { op: 'exists', value: false },
    { op: 'notIn', values: ['toys'] },
  ];

  it('a missing value passes only exists: false, not and notIn; null is missing', () => {
    for (const value of [undefined, null]) {
      expect(missing.map((test) => matcherHolds(test, value))).toEqual([true, true]);
      expect(matcherHolds({ op: 'exists', value: true }, value)).toBe(false);
      expect(matcherHolds({ op: 'in', values: [''] }, value)).toBe(false);
      expect(matcherHolds({ op: 'atMost', value: 0 }, value)).toBe(false);
    }
  });

  it.each<[MatcherTest, Json, boolean]>([
    [{ op: 'in', values: [5] }, '5', false],
    [{ op: 'in', values: [5] }, 5, true],
    [{ op: 'in', values: [true] }, 1, false],
    [{ op: 'in', values: ['toys'] }, ['toys'], false],
    [{ op: 'notIn', values: ['toys'] }, ['toys'], true],
    [{ op: 'contains', value: 'toys' }, ['toys'], true],
    [{ op: 'contains', value: 'oy' }, 'toys', true],
    [{ op: 'contains', value: 'oy' }, ['toys'], false],
    [{ op: 'contains', value: 5 }, '15', false],
    [{ op: 'atLeast', value: 5 }, '7', false],
    [{ op: 'atLeast', value: '5' }, '50', true],
    [{ op: 'between', low: 5, high: 6 }, 6, true],
    [{ op: 'between', low: 5, high: 6 }, 6.1, false],
    // By UTF-8 bytes: U+1F600 stands above U+FF5A, though its first UTF-16 unit is below.
    [{ op: 'moreThan', value: 'ｚ' }, '😀', true],
    [{ op: 'startsWith', value: 'to' }, 'toys', true],
    [{ op: 'endsWith', value: 'to' }, 'toys', false],
    [{ op: 'matches', value: 'o.s' }, 'toys!', true],
    [{ op: 'matches', value: '5' }, 5, false],
    [{ op: 'exists', value: true }, '', true],
    [{ op: 'exists', value: true }, false, true],
    [{ op: 'exists', value: true }, [], true],
    [{ op: 'some', filter: where({ op: 'in', values: [1] }) }, [7, { p: 1 }], true],
    [{ op: 'some', filter: where({ op: 'in', values: [1] }) }, { p: 1 }, false],
  ])('%o of %o: %s', (test, value, expected) => {
    expect(matcherHolds(test, value)).toBe(expected);
  });

  it('paths read own keys of plain objects only', () => {
    const has = (path: readonly string[]): boolean =>
      holdsAt(
        event('E', { where: [{ path, matcher: [{ op: 'exists', value: true }] }] }),
        [
          {
            ...track('E', 0, { list: [1], deep: { x: 0 } }),
            context: { device: { type: 'mobile' } },
          },
        ],
        0,
      );
    const paths = [
      ['deep', 'x'],
      ['context', 'device', 'type'],
      ['list', 'length'],
      ['list', '0'],
    ];
    expect(paths.map(has)).toEqual([true, true, false, false]);
    expect(has(['constructor'])).toBe(false);
  });
});
