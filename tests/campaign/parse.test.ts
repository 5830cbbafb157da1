import { describe, expect, test } from 'vitest';
import { parseCampaign, type House } from '../../src/campaign/parse.ts';

const REST = 'template: welcome\nfrom: { name: School, address: school@example.com }\n';

function read(text: string, house: House = {}) {
  const source = { name: 'welcome.yaml', text };
  const { campaign, errors, references } = parseCampaign(source, 'config/campaigns', house);
  return { campaign, errors: errors.map(String), references };
}

function campaignOf(text: string, house: House = {}) {
  const { campaign, errors } = read(`${text}\n${REST}`, house);
  expect(errors).toEqual([]);
  return campaign;
}

const PLAIN = {
  id: 'welcome',
  name: 'welcome',
  kind: 'marketing',
  wait: { kind: 'for', ms: 0 },
  until: [],
  reentry: { kind: 'always' },
  ageMaxMs: 3_600_000,
  holdoutPercent: 0,
  template: 'welcome',
  from: { name: 'School', address: 'school@example.com' },
  offers: [],
};

test('a campaign that says little', () => {
  const when = { kind: 'changed', attribute: 'course' };
  expect(campaignOf('when: { attribute: course, changed: true }')).toEqual({ ...PLAIN, when });
});

test('a campaign that says all', () => {
  const text = `name: Your cart is waiting
kind: transactional
when: { entered: cart }
wait: 10m
until: [{ event: Order Completed }, { exited: cart }]
if: { segment: vip }
reentry: 7d
maxAge: 2h
holdout: 2.5
quietHours: obey
offers: [{ segment: vip, offer: { code: [GOLD, 5, true] } }, { offer: tin }]`;
  const quietHours = { fromMinute: 1_260, toMinute: 480 };
  expect(campaignOf(text, { quietHours })).toEqual({
    ...PLAIN,
    name: 'Your cart is waiting',
    kind: 'transactional',
    when: { kind: 'entered', segment: 'cart' },
    wait: { kind: 'for', ms: 600_000 },
    until: [
      { kind: 'event', events: ['Order Completed'], where: [] },
      { kind: 'exited', segment: 'cart' },
    ],
    condition: { kind: 'segment', segment: 'vip' },
    reentry: { kind: 'span', ms: 7 * 86_400_000 },
    ageMaxMs: 7_200_000,
    holdoutPercent: 2.5,
    quietHours,
    offers: [{ segment: 'vip', offer: { code: ['GOLD', 5, true] } }, { offer: 'tin' }],
  });
});

const IN = (values: readonly unknown[]) => [{ op: 'in', values }];

test.each([
  ['{ entered: vip }', { kind: 'entered', segment: 'vip' }],
  ['{ exited: vip }', { kind: 'exited', segment: 'vip' }],
  ['{ attribute: "*", changed: true }', { kind: 'changed' }],
  ['{ attribute: course, to: math }', { kind: 'changed', attribute: 'course', to: IN(['math']) }],
  [
    '{ attribute: plan, from: free, to: [team, pro] }',
    { kind: 'changed', attribute: 'plan', from: IN(['free']), to: IN(['pro', 'team']) },
  ],
  [
    '{ attribute: age, changed: true, to: { atLeast: 18 } }',
    { kind: 'changed', attribute: 'age', to: [{ op: 'atLeast', value: 18 }] },
  ],
  [
    '{ event: [B, A], where: { total: 5 } }',
    { kind: 'event', events: ['A', 'B'], where: [{ path: ['total'], matcher: IN([5]) }] },
  ],
  [
    '{ at: 2026-12-01T10:00:00+03:00, segment: vip }',
    { kind: 'at', at: Date.UTC(2026, 11, 1, 7), segment: 'vip', perSecond: 100 },
  ],
  [
    '{ at: 2026-12-01T10:00:00Z, segment: vip, perSecond: 5 }',
    { kind: 'at', at: Date.UTC(2026, 11, 1, 10), segment: 'vip', perSecond: 5 },
  ],
])('when: %s', (when, occasion) => {
  expect(campaignOf(`when: ${when}`)?.when).toEqual(occasion);
});

describe('what is meant when nothing is said', () => {
  const member = { kind: 'segment', segment: 'a' };
  const not = { kind: 'not', rule: member };

  test.each([
    ['{ entered: a }', [{ kind: 'exited', segment: 'a' }], member],
    ['{ exited: a }', [{ kind: 'entered', segment: 'a' }], not],
    ['{ at: 2026-12-01T10:00:00Z, segment: a }', [], member],
    ['{ attribute: a, changed: true }', [], undefined],
    ['{ event: A }', [], undefined],
  ])('%s', (when, until, condition) => {
    const campaign = campaignOf(`when: ${when}`);
    expect(campaign?.until).toEqual(until);
    expect(campaign?.condition).toEqual(condition);
  });

  test('never and always switch it off', () => {
    const campaign = campaignOf('when: { entered: a }\nuntil: never\nif: always');
    expect(campaign?.until).toEqual([]);
    expect(campaign).not.toHaveProperty('condition');
  });

  test.each([
    ['', true],
    ['quietHours: ignore', false],
    ['kind: transactional', false],
    ['kind: transactional\nquietHours: obey', true],
  ])('quiet hours, with "%s"', (text, obeys) => {
    const quietHours = { fromMinute: 0, toMinute: 1 };
    const campaign = campaignOf(`when: { event: A }\n${text}`, { quietHours });
    expect(campaign?.quietHours).toEqual(obeys ? quietHours : undefined);
  });

  test('a campaign that does not say who writes takes the configured sender', () => {
    const text = 'when: { entered: a }\ntemplate: welcome\n';
    const sender = { name: 'Shop', address: 'shop@example.com' };
    expect(read(text, { sender }).campaign?.from).toEqual(sender);
    expect(read(text).campaign).toBeUndefined();
  });
});

test.each([
  ['wait: 0', { kind: 'for', ms: 0 }],
  ['wait: 1d', { kind: 'for', ms: 86_400_000 }],
  ['wait: { until: "10:00" }', { kind: 'until', minuteOfDay: 600, afterMs: 0 }],
  ['wait: { until: 23:59, after: 1d }', { kind: 'until', minuteOfDay: 1_439, afterMs: 86_400_000 }],
])('%s', (text, wait) => {
  expect(campaignOf(`when: { event: A }\n${text}`)?.wait).toEqual(wait);
});

test.each([
  ['reentry: once', { kind: 'once' }],
  ['reentry: always', { kind: 'always' }],
  ['reentry: 30d', { kind: 'span', ms: 30 * 86_400_000 }],
])('%s', (text, reentry) => {
  expect(campaignOf(`when: { event: A }\n${text}`)?.reentry).toEqual(reentry);
});

test('all segments that are named are told, with their places', () => {
  const text = `when: { at: 2026-12-01T10:00:00Z, segment: a }
until: { exited: b }
if: { not: { segment: c } }
offers: [{ segment: d, offer: 1 }]
${REST}`;
  expect(read(text).references).toEqual([
    { segment: 'a', place: 'when.segment' },
    { segment: 'b', place: 'until.exited' },
    { segment: 'c', place: 'if.not.segment' },
    { segment: 'd', place: 'offers[0].segment' },
  ]);
});
