import { expect, test } from 'vitest';
import { letterData } from '../../src/campaign/letter-data.ts';
import { UTC } from '../../src/base/zone.ts';
import { campaignOf } from '../support/campaign.ts';

const CAMPAIGN = campaignOf({
  id: 'welcome',
  name: 'Welcome',
  when: { kind: 'changed', attribute: 'course' },
  from: { name: 'School', address: 'school@example.com' },
});

const NOTHING = { segments: [], orders: [], viewed: [] };
const EXTRAS = { zone: UTC, segmentNames: new Map([['vip', 'Very important']]) };

test.each([
  [{ first_name: 'Ann', name: 'Dr. Ann Lee' }, 'Ann'],
  [{ firstName: 'Ann' }, 'Ann'],
  [{ name: '  Ann\tLee ' }, 'Ann'],
  [{ first_name: ' ', name: 'Bob' }, 'Bob'],
  [{ first_name: `A${'👋'.repeat(200)}` }, `A${'👋'.repeat(99)}`],
])('the first name of %j', (attributes, firstName) => {
  const data = letterData(CAMPAIGN, 'c1', { ...NOTHING, attributes }, null, EXTRAS);
  expect(data.firstName).toBe(firstName);
});

test('holds the attributes and the id, which no attribute can replace', () => {
  const attributes = { id: 'fake', course: 'Maths' };
  const recipient = { ...NOTHING, attributes, orders: [{ total: 5 }] };
  const data = letterData(CAMPAIGN, 'c1', recipient, { to: 'Maths' }, EXTRAS);
  expect(data).toEqual({
    customer: { id: 'c1', course: 'Maths' },
    trigger: { to: 'Maths' },
    orders: [{ total: 5 }],
    viewed: [],
    campaign: { id: 'welcome', name: 'Welcome', kind: 'marketing', from: CAMPAIGN.from },
    money: expect.any(Function),
    date: expect.any(Function),
  });
});

test('the segment that is concerned, with its name or, unknown, its id', () => {
  const segmentOf = (segment: string) => {
    const campaign = campaignOf({ id: 'c', when: { kind: 'exited', segment } });
    return letterData(campaign, 'c1', { ...NOTHING, attributes: {} }, null, EXTRAS).segment;
  };
  expect(segmentOf('vip')).toEqual({ id: 'vip', name: 'Very important' });
  expect(segmentOf('new')).toEqual({ id: 'new', name: 'new' });
});

const OFFERS = [
  { segment: 'vip', offer: 'gold' },
  { segment: 'new', offer: 'tin' },
];

test.each([
  ['the first that is for them', OFFERS, ['new', 'vip'], 'gold'],
  ['the only one that is', OFFERS, ['new'], 'tin'],
  ['none', OFFERS, [], undefined],
  ['that for everyone else', [...OFFERS, { offer: 'any' }], [], 'any'],
])('the offer: %s', (_name, offers, segments, offer) => {
  const campaign = campaignOf({ ...CAMPAIGN, offers });
  const data = letterData(campaign, 'c1', { ...NOTHING, segments, attributes: {} }, null, EXTRAS);
  expect(data.offer).toEqual(offer);
  expect('offer' in data).toBe(offer !== undefined);
});
