import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCampaign } from '../../src/campaign/parse.ts';
import { parseSegment } from '../../src/rules/parse.ts';
import { parsePrivateNames } from '../../src/rules/private/names.ts';

const PAGE = readFileSync('docs/privacy.md', 'utf8');
const SETTINGS = readFileSync('config/shoal.yaml', 'utf8');
const NAMES = parsePrivateNames(/^privateAttributes: (.*?) *#/m.exec(PAGE)?.[1] ?? '');

test('docs/privacy.md recommends what config/shoal.yaml does', () => {
  expect([...(NAMES ?? [])]).toContain('email');
  expect(SETTINGS).toContain([...(NAMES ?? [])].join(' '));
});

test('its examples ask of private attributes what may be asked', () => {
  const blocks = [...PAGE.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const rules = blocks.filter((text) => text.startsWith('all:'));
  const campaigns = blocks.filter((text) => text.includes('when:'));
  expect([rules.length, campaigns.length]).toEqual([1, 1]);
  for (const rule of rules) {
    const text = `rule:\n${rule.replaceAll(/^/gm, '  ')}`;
    expect(parseSegment({ name: 'example.yaml', text }, 'docs', NAMES).errors).toEqual([]);
  }
  const from = 'from: { name: Shop, address: shop@example.com }\n';
  for (const campaign of campaigns) {
    const source = { name: 'example.yaml', text: campaign + from };
    expect(parseCampaign(source, 'docs', { privateNames: NAMES }).errors).toEqual([]);
  }
});
