import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseCampaigns } from '../../src/campaign/folder.ts';

const KNOWN = { segments: new Set(['vip', 'lapsed']), templates: new Set(['welcome']) };

function file(name: string, when: string, template = 'welcome') {
  const text = `when: ${when}\ntemplate: ${template}\nfrom: { name: S, address: s@example.com }\n`;
  return { name: `${name}.yaml`, text };
}

function read(...files: ReturnType<typeof file>[]) {
  return parseCampaigns(files, 'config/campaigns', KNOWN);
}

test('campaigns come sorted by id', () => {
  const campaigns = read(file('b', '{ entered: vip }'), file('a-b', '{ entered: vip }'));
  expect(campaigns.map(({ id }) => id)).toEqual(['a-b', 'b']);
});

test('a segment and a template must exist, and all errors are shown at once', () => {
  const run = () => read(file('b', '{ exited: lapsd }'), file('a', '{ entered: vip }', 'welcom'));
  expect(run).toThrow(
    [
      'campaign "a" refers to template "welcom", which does not exist',
      '  at config/campaigns/a.yaml: template',
      '  hint: did you mean "welcome"?',
      'campaign "b" refers to segment "lapsd", which does not exist',
      '  at config/campaigns/b.yaml: when.exited',
      '  hint: did you mean "lapsed"?',
    ].join('\n'),
  );
});

test('the campaign that ships', async () => {
  const shipped = new URL('../../config/campaigns/course-welcome.yaml', import.meta.url);
  const source = { name: 'course-welcome.yaml', text: await readFile(shipped, 'utf8') };
  const known = { segments: new Set<string>(), templates: new Set(['course-welcome']) };
  expect(parseCampaigns([source], 'config/campaigns', known)).toMatchObject([
    {
      id: 'course-welcome',
      when: { kind: 'changed', attribute: 'course' },
      wait: { kind: 'for', ms: 10_000 },
    },
  ]);
});
