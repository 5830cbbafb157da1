import { expect, test } from 'vitest';
import type { Occasion } from '../../src/campaign/campaign.ts';
import { bareRecipient, fullRecipient, sampleTrigger } from '../../src/campaign/sample.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { campaignOf } from '../support/campaign.ts';

const MATH = [{ op: 'in', values: ['math'] }] as const;
const CHANGED: Occasion = { kind: 'changed', attribute: 'school.course', to: MATH };

test('of the bare recipient only that is known which every recipient has', () => {
  expect(bareRecipient(campaignOf({ id: 'c', when: { kind: 'exited', segment: 'a' } }))).toEqual({
    attributes: { email: 'ann@example.com' },
    segments: [],
    orders: [],
    viewed: [],
  });
  expect(bareRecipient(campaignOf({ id: 'c', when: CHANGED })).attributes).toEqual({
    email: 'ann@example.com',
    school: { course: 'math' },
  });
});

test('of the full recipient all is known that any rule asks for', () => {
  const shoe: Rule = {
    kind: 'attribute',
    name: 'shoe',
    test: { of: 'value', matcher: [{ op: 'atLeast', value: 42 }] },
  };
  const born: Rule = {
    kind: 'attribute',
    name: 'pet.born',
    test: { of: 'anniversary', withinMs: 1 },
  };
  const campaign = campaignOf({
    id: 'c',
    when: CHANGED,
    condition: { kind: 'not', rule: shoe },
    offers: [{ segment: 'vip', offer: 1 }, { offer: 2 }],
  });
  const { attributes, segments, orders, viewed } = fullRecipient(campaign, [
    { kind: 'any', rules: [born, { kind: 'segment', segment: 'x' }] },
  ]);
  expect(attributes).toMatchObject({
    first_name: 'Ann',
    shoe: 42,
    pet: { born: 'Sample' },
    school: { course: 'math' },
  });
  expect(segments).toEqual(['vip']);
  expect(orders).toMatchObject([{ total: 5_140, products: [{ name: 'First circuit kit' }, {}] }]);
  expect(viewed).toHaveLength(3);
});

test.each<[Occasion, object, object]>([
  [{ kind: 'entered', segment: 'a' }, { kind: 'entry', segment: 'a' }, {}],
  [{ kind: 'exited', segment: 'a' }, { kind: 'exit', segment: 'a' }, {}],
  [{ kind: 'at', at: 5, segment: 'a', perSecond: 1 }, { kind: 'at', at: 5, segment: 'a' }, {}],
  [
    { kind: 'changed', attribute: 'plan', from: MATH },
    { kind: 'changed', attribute: 'plan', from: 'math', to: 'pro' },
    { plan: 'pro' },
  ],
  [
    { kind: 'changed' },
    { kind: 'changed', attribute: 'course', from: null, to: 'Mathematics' },
    {},
  ],
  [
    { kind: 'event', events: ['A', 'B'], where: [] },
    { kind: 'event', event: 'A', properties: {} },
    {},
  ],
])('the trigger of %j', (when, trigger, attributes) => {
  const campaign = campaignOf({ id: 'c', when });
  expect(sampleTrigger(campaign, { ...attributes }, false)).toEqual(trigger);
});
