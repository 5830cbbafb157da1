import { expect, test } from 'vitest';
import { parseCampaign } from '../../src/campaign/parse.ts';

const LETTER = 'template: welcome\nfrom: { name: School, address: school@example.com }\n';
const house = { privateNames: new Set(['email']) };

function placesOf(text: string): string[] {
  const source = { name: 'welcome.yaml', text: text + LETTER };
  const { campaign, errors } = parseCampaign(source, 'c', house);
  expect(campaign === undefined).toBe(errors.length > 0);
  for (const { code, message, hint } of errors) {
    expect(code).toBe('campaign-invalid');
    expect(message).toContain('private attribute "email"');
    expect(hint).toContain('docs/privacy.md');
  }
  expect(parseCampaign(source, 'c').errors).toEqual([]);
  return errors.map(({ where = '' }) => where.slice('c/welcome.yaml: '.length));
}

test.each([
  'when: { attribute: email, changed: true }\n',
  'when: { attribute: email, from: { exists: false } }\n',
  'when: { attribute: email, from: { exists: true }, to: { exists: true } }\n',
  'when: { attribute: "*", changed: true }\n',
  'when: { event: $identify, where: { email: { exists: true } } }\n',
  'when: { entered: a }\nuntil: { attribute: email, changed: true }\n',
  'when: { entered: a }\nif: { attribute: email, exists: true }\n',
])('may watch whether there is a value, and whether it changes: %s', (text) => {
  expect(placesOf(text)).toEqual([]);
});

test.each<[text: string, ...places: string[]]>([
  ['when: { attribute: email, to: a@example.com }\n', 'when.to'],
  [
    'when: { attribute: email, from: { exists: true, not: a }, to: [b] }\n',
    'when.from.not',
    'when.to',
  ],
  ['when: { attribute: email.domain, changed: true }\n', 'when.attribute'],
  ['when: { event: $identify, where: { email: a } }\n', 'when.where.email'],
  [
    'when: { entered: a }\nuntil: [{ event: A }, { attribute: email, to: { endsWith: x } }]\n',
    'until[1].to.endsWith',
  ],
  ['when: { entered: a }\nif: { attribute: email, contains: x }\n', 'if.contains'],
  [
    'when: { entered: a }\nif: { all: [{ event: $group, where: { email: x } }] }\n',
    'if.all[0].where.email',
  ],
])('may not ask for the value: %s', (text, ...places) => {
  expect(placesOf(text)).toEqual(places);
});
