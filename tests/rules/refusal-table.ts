import { describe, expect, it } from 'vitest';
import { parseSegment } from '../../src/rules/parse.ts';

/** A rule as it stands under `rule:`, and every error of it as: place | what | hint. */
type Refusal = readonly [rule: string, ...errors: string[]];

export const KINDS = 'all, any, not, segment, sample, event, latest, first, attribute';
export const COMPARISONS = 'atLeast, atMost, moreThan, lessThan, equals, between';
export const MATCHERS =
  'equals, not, in, notIn, atLeast, atMost, moreThan, lessThan, between, contains, ' +
  'startsWith, endsWith, matches, exists, some';
export const DURATION = 'write a whole number above 0 and one of s, m, h, d, w, such as 30d';
export const NULL = 'to ask for a missing value write { exists: false }';

/** The errors of a file, each as `place | what | hint`. */
export function refusalsOf(
  text: string,
  name = 'vip.yaml',
  privateNames?: ReadonlySet<string>,
): string[] {
  const { errors, segment } = parseSegment({ name, text }, 'config/segments', privateNames);
  expect(segment === undefined).toBe(errors.length > 0);
  return errors.map(({ where = '', message, hint = '-' }) => {
    expect(where.startsWith(`config/segments/${name}`)).toBe(true);
    const place = where.slice(`config/segments/${name}`.length).replace(/^: /, '');
    return `${place} | ${message} | ${hint}`;
  });
}

/** Tests that each rule has these very errors. */
export function table(title: string, refusals: readonly Refusal[]): void {
  describe(title, () => {
    it.each(refusals)('%s', (rule, ...errors) => {
      expect(refusalsOf(`rule: ${rule}`)).toEqual(errors);
    });
  });
}
