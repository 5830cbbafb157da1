import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSegments, readSources } from '../../src/app/definitions-folder.ts';
import { parseCampaigns } from '../../src/campaign/folder.ts';
import { CAMPAIGN_SCHEMA, campaignJsonSchema } from '../../src/campaign/schema.ts';

const FOLDER = 'config/campaigns';

it('reads the campaigns that ship', async () => {
  const segments = new Set((await loadSegments('config/segments')).map(({ id }) => id));
  const campaigns = parseCampaigns(await readSources(FOLDER), FOLDER, { segments });
  expect(campaigns.map(({ id, when, wait }) => ({ id, when: when.kind, wait: wait.kind }))).toEqual(
    [
      { id: 'abandoned-cart', when: 'entered', wait: 'for' },
      { id: 'course-welcome', when: 'changed', wait: 'for' },
      { id: 'educational-games', when: 'at', wait: 'until' },
    ],
  );
  for (const { id, name } of campaigns) expect(name).not.toBe(id);
});

it('gives editors a schema that the shipped files name and pass', async () => {
  const written: unknown = JSON.parse(readFileSync('config/campaign.schema.json', 'utf8'));
  expect(written, 'node scripts/schema.mjs writes it anew').toEqual(campaignJsonSchema());
  for (const { name, text } of await readSources(FOLDER)) {
    const line = '# yaml-language-server: $schema=../campaign.schema.json\n';
    expect(text.startsWith(line), name).toBe(true);
    expect(CAMPAIGN_SCHEMA.safeParse(parse(text)).error, name).toBeUndefined();
  }
});
