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

test('every segment that is named must exist, wherever it is named', () => {
  const text = `when: { entered: vip }
until: [{ exited: vipp }, { event: A }]
if: { any: [{ segment: lapsd }, { segment: vip }] }
offers: [{ segment: vp, offer: 1 }]
template: welcome
from: { name: S, address: s@example.com }
`;
  const run = () => parseCampaigns([{ name: 'a.yaml', text }], 'c', KNOWN);
  for (const [place, hint] of [
    ['until[0].exited', 'vip'],
    ['if.any[0].segment', 'lapsed'],
    ['offers[0].segment', 'vip'],
  ]) {
    expect(run).toThrow(`  at c/a.yaml: ${place}\n  hint: did you mean "${hint}"?`);
  }
});

test('unknown names are told along with what else is wrong', () => {
  const text = 'when: { entered: vipp }\ntemplate: welcom\nwait: soon\n';
  const run = () => parseCampaigns([{ name: 'a.yaml', text }], 'c', KNOWN);
  for (const place of ['when.entered', 'template', 'wait', 'from']) {
    expect(run).toThrow(`  at c/a.yaml: ${place}\n`);
  }
});
