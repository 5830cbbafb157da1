import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseCampaign } from '../../src/campaign/parse.ts';
import { CAMPAIGN_KEYS, CAMPAIGN_SCHEMA } from '../../src/campaign/schema.ts';

/** What an example leaves out, since it is not about it. */
const REST: Readonly<Record<string, string>> = {
  when: 'when: { event: Order Completed }',
  template: 'template: letter',
  from: 'from: { name: School, address: school@example.com }',
};

/** The YAML blocks of a page, each with the number of its first line. */
function blocksOf(page: string): readonly { line: number; text: string }[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length + 1,
    text: match[1] ?? '',
  }));
}

function whole(text: string): string {
  const missing = Object.entries(REST).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text));
  return [text, ...missing.map(([, line]) => line), ''].join('\n');
}

/** What the parser and the schema for editors have against a campaign. */
function errorsOf(text: string): string[] {
  const { errors } = parseCampaign({ name: 'example.yaml', text }, 'docs');
  const { error } = CAMPAIGN_SCHEMA.safeParse(parse(text));
  return [...errors.map(String), ...(error === undefined ? [] : [String(error)])];
}

describe('docs/campaigns.md', () => {
  const blocks = blocksOf('docs/campaigns.md');

  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  it.each(blocks)('example in line $line is a part of a campaign', ({ text }) => {
    expect(errorsOf(whole(text))).toEqual([]);
  });

  it.each(CAMPAIGN_KEYS)('shows %s', (key) => {
    expect(blocks.some(({ text }) => new RegExp(`^${key}:`, 'm').test(text))).toBe(true);
  });
});

it('README.md shows campaigns that are campaigns', () => {
  const campaigns = blocksOf('README.md').filter(({ text }) => /^when:/m.test(text));
  expect(campaigns.length).toBeGreaterThan(0);
  expect(campaigns.flatMap(({ text }) => errorsOf(text))).toEqual([]);
});
