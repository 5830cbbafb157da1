import { expect, test } from 'vitest';
import { parseCampaign } from '../../src/campaign/parse.ts';

const LETTER = 'template: welcome\nfrom: { name: School, address: school@example.com }\n';
const REST = `when: { entered: a }\n${LETTER}`;

function errorsOf(text: string, name = 'welcome.yaml'): string[] {
  const { campaign, errors } = parseCampaign({ name, text }, 'config/campaigns');
  expect(campaign).toBeUndefined();
  return errors.map(String);
}

test.each([
  ['', '', 'a campaign must be a mapping, not nothing'],
  ['[]', '', 'a campaign must be a mapping, not a list'],
  ['when: {', 'line', 'this is no YAML'],
  [LETTER, 'when', 'a campaign has no "when"'],
  [`when: {}\n${LETTER}`, 'when', 'an occasion of no kind'],
  [`when: { changed: true }\n${LETTER}`, 'when', 'an occasion of no kind'],
  [`when: { enterd: vip }\n${LETTER}`, 'when.enterd', 'did you mean "entered"?'],
  [`when: { entered: a, exited: b }\n${LETTER}`, 'when', '"entered" and "exited" do not go'],
  [`when: { entered: a, changed: true }\n${LETTER}`, 'when', '"entered" and "changed" do not go'],
  [`when: { entered: a, segment: b }\n${LETTER}`, 'when', '"entered" and "segment" do not go'],
  [`when: { attribute: course }\n${LETTER}`, 'when', '"changed" is missing'],
  [`when: { attribute: a, changed: false }\n${LETTER}`, 'when.changed', 'must be true, not false'],
  [`when: { attribute: 5, changed: true }\n${LETTER}`, 'when.attribute', 'quote it: "5"'],
  [`when: { attribute: a, to: null }\n${LETTER}`, 'when.to', 'the matcher is empty'],
  [`when: { attribute: a, to: { atleast: 5 } }\n${LETTER}`, 'when.to.atleast', '"atLeast"?'],
  [`when: { event: "" }\n${LETTER}`, 'when.event', 'the name of an event must be text'],
  [`when: { event: A, within: 5d }\n${LETTER}`, 'when.within', 'unknown key "within"'],
  [`when: { at: 2026-12-01T10:00:00Z }\n${LETTER}`, 'when', '"segment" is missing beside "at"'],
  [`when: { at: 2026-12-01, segment: a }\n${LETTER}`, 'when.at', 'with Z or an offset'],
  [
    `when: { at: 2026-12-01T10:00:00Z, segment: a, perSecond: 0 }\n${LETTER}`,
    'when.perSecond',
    'must be a whole number from 1 to 100000, not 0',
  ],
  [`wait: soon\n${REST}`, 'wait', '"soon" is no duration'],
  [`wait: "10:00"\n${REST}`, 'wait', 'a time of day stands under until: { until: "10:00" }'],
  [`wait: 401d\n${REST}`, 'wait', 'more than 400 days'],
  [`wait: { until: "24:00" }\n${REST}`, 'wait.until', '"24:00" is no time of day'],
  [`wait: { after: 1d }\n${REST}`, 'wait', '"until" is missing in the wait'],
  [`wait: { until: "10:00", after: 1y }\n${REST}`, 'wait.after', '"1y" is no duration'],
  [`until: []\n${REST}`, 'until', '"until" is empty'],
  [`until: nevr\n${REST}`, 'until', 'must be a mapping, a list or never, not "nevr"'],
  [`until: { at: 2026-12-01T10:00:00Z, segment: a }\n${REST}`, 'until.at', 'unknown key "at"'],
  [`until: [{ exit: a }]\n${REST}`, 'until[0].exit', 'unknown key "exit"'],
  [`if: maybe\n${REST}`, 'if', 'a rule must be a mapping, not "maybe"'],
  [`if: { segmnt: vip }\n${REST}`, 'if', 'did you mean "segment"?'],
  [`reentry: never\n${REST}`, 'reentry', '"never" is no kind of re-entry'],
  [`reentry: 0d\n${REST}`, 'reentry', '"0d" is no duration'],
  [`maxAge: 0h\n${REST}`, 'maxAge', '"0h" is no duration'],
  [`holdout: 101\n${REST}`, 'holdout', 'must be a number from 0 to 100, not 101'],
  [`holdout: "10"\n${REST}`, 'holdout', 'not "10"'],
  [`kind: newsletter\n${REST}`, 'kind', 'must be marketing or transactional, not "newsletter"'],
  [`quietHours: yes\n${REST}`, 'quietHours', 'must be obey or ignore'],
  [`offers: { a: 1 }\n${REST}`, 'offers', '"offers" must be a list'],
  [`offers: [{ segment: a }]\n${REST}`, 'offers[0]', '"offer" is missing'],
  [`offers: [{ offer: 1 }, { offer: 2 }]\n${REST}`, 'offers[0]', 'put it last'],
  [`wiat: 1s\n${REST}`, 'wiat', 'did you mean "wait"?'],
  ['when: { entered: a }\nfrom: { name: S, address: s@example.com }', 'template', 'no "template"'],
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
  const said = errorsOf(text).join('\n');
  expect(said).toContain(message);
  const file = 'at config/campaigns/welcome.yaml';
  expect(said).toContain(place === '' ? file : `${file}: ${place}`);
});

test('all that is wrong is said at once', () => {
  const text = 'when: { entered: 5 }\nwait: x\nholdout: x\ntemplate: ""\nfrom: {}';
  expect(errorsOf(text, 'Bad Name.yaml')).toHaveLength(7);
});
