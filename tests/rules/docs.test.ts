import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSegment } from '../../src/rules/parse.ts';
import { SEGMENT_SCHEMA } from '../../src/rules/schema.ts';

/** The YAML blocks of a page, each with the number of its first line. */
function blocksOf(page: string): readonly { line: number; text: string }[] {
  if (!existsSync(page)) return [];
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length + 1,
    text: match[1] ?? '',
  }));
}

const isSegment = (text: string) => /^(name|rule):/.test(text);

/** What the parser and the schema for editors have against a segment. */
function errorsOf(text: string): string[] {
  const { errors } = parseSegment({ name: 'example.yaml', text }, 'docs');
  const { error } = SEGMENT_SCHEMA.safeParse(parse(text));
  return [...errors.map(String), ...(error === undefined ? [] : [String(error)])];
}

describe('docs/rules.md', () => {
  const blocks = blocksOf('docs/rules.md');

  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(20);
  });

  it.each(blocks)('example in line $line is a rule', ({ text }) => {
    const indented = text.replaceAll(/^/gm, '  ');
    expect(errorsOf(isSegment(text) ? text : `rule:\n${indented}`)).toEqual([]);
  });

  it.each([
    'equals',
    'not',
    'in',
    'notIn',
    'contains',
    'startsWith',
    'endsWith',
    'matches',
    'some',
  ])('explains %s', (word) => {
    expect(readFileSync('docs/rules.md', 'utf8')).toMatch(new RegExp(`\\b${word}\\b`));
  });
});

it('README.md shows segments that are segments', () => {
  const segments = blocksOf('README.md').filter(({ text }) => isSegment(text));
  expect(segments.flatMap(({ text }) => errorsOf(text))).toEqual([]);
});
