import { expect, test } from 'vitest';
import { parseCampaign } from '../../src/campaign/parse.ts';

const REST = 'template: welcome\nfrom: { name: School, address: school@example.com }\n';

function read(text: string, name = 'welcome.yaml') {
  const { campaign, errors } = parseCampaign({ name, text }, 'config/campaigns');
  return { campaign, errors: errors.map(String) };
}

test('reads a campaign', () => {
  const text = `name: Welcome\nwhen: { attribute: course, changed: true }\nwait: 10s\n${REST}`;
  expect(read(text)).toEqual({
    errors: [],
    campaign: {
      id: 'welcome',
      name: 'Welcome',
      when: { kind: 'changed', attribute: 'course' },
      wait: { kind: 'for', ms: 10_000 },
      template: 'welcome',
      from: { name: 'School', address: 'school@example.com' },
    },
  });
});

test.each([
  ['{ entered: vip }', { kind: 'entered', segment: 'vip' }],
  ['{ exited: vip }', { kind: 'exited', segment: 'vip' }],
])('without a name and a wait: %s', (when, occasion) => {
  const { campaign } = read(`when: ${when}\n${REST}`);
  expect(campaign).toMatchObject({ name: 'welcome', wait: { kind: 'for', ms: 0 }, when: occasion });
});

test.each([
  ['', '', 'a campaign must be a mapping, not nothing'],
  ['[]', '', 'a campaign must be a mapping, not a list'],
  ['when: {', 'line', 'this is no YAML'],
  [REST, 'when', 'a campaign has no "when"'],
  [`when: {}\n${REST}`, 'when', 'an occasion of no kind'],
  [`when: { changed: true }\n${REST}`, 'when', 'an occasion of no kind'],
  [`when: { enterd: vip }\n${REST}`, 'when.enterd', 'did you mean "entered"?'],
  [`when: { entered: a, exited: b }\n${REST}`, 'when', '"entered" and "exited" are two'],
  [`when: { entered: a, changed: true }\n${REST}`, 'when', '"entered" and "changed" are two'],
  [`when: { attribute: course }\n${REST}`, 'when.changed', '"changed" must be true, not nothing'],
  [`when: { attribute: 5, changed: true }\n${REST}`, 'when.attribute', 'quote it: "5"'],
  [`when: { entered: a }\nwait: soon\n${REST}`, 'wait', '"soon" is no wait'],
  [`when: { entered: a }\nwiat: 1s\n${REST}`, 'wiat', 'did you mean "wait"?'],
  [
    'when: { entered: a }\ntemplate: ../x\nfrom: { name: S, address: s@example.com }',
    'template',
    '"../x" is no name of a template',
  ],
  [
    'when: { entered: a }\ntemplate: x\nfrom: { name: S, address: "S <s@example.com>" }',
    'from.address',
    'is no mail address',
  ],
  ['when: { entered: a }\ntemplate: x\nfrom: s@example.com', 'from', 'a sender must be a mapping'],
])('refuses %j', (text, place, message) => {
  const { campaign, errors } = read(text);
  expect(campaign).toBeUndefined();
  expect(errors.join('\n')).toContain(message);
  expect(errors.join('\n')).toContain(
    place === ''
      ? 'at config/campaigns/welcome.yaml'
      : `at config/campaigns/welcome.yaml: ${place}`,
  );
});

test('all that is wrong is said at once', () => {
  const { errors } = read('when: { entered: 5 }\nwait: x\ntemplate: ""\nfrom: {}', 'Bad Name.yaml');
  expect(errors).toHaveLength(6);
});

test('a campaign that does not say who writes takes the configured sender', () => {
  const text = 'when: { entered: a }\ntemplate: welcome\n';
  const source = { name: 'welcome.yaml', text };
  const sender = { name: 'Shop', address: 'shop@example.com' };
  expect(parseCampaign(source, 'config/campaigns', sender).campaign?.from).toEqual(sender);
  expect(parseCampaign(source, 'config/campaigns').campaign).toBeUndefined();
});
