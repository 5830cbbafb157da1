import { expect, test } from 'vitest';
import { letterData } from '../../src/campaign/letter-data.ts';
import { campaignOf } from '../support/campaign.ts';

const CAMPAIGN = campaignOf({
  id: 'welcome',
  name: 'Welcome',
  when: { kind: 'changed', attribute: 'course' },
  from: { name: 'School', address: 'school@example.com' },
});

test.each([
  [{ first_name: 'Ann', name: 'Dr. Ann Lee' }, 'Ann'],
  [{ firstName: 'Ann' }, 'Ann'],
  [{ name: '  Ann\tLee ' }, 'Ann'],
  [{ first_name: ' ', name: 'Bob' }, 'Bob'],
  [{ first_name: `A${'👋'.repeat(200)}` }, `A${'👋'.repeat(99)}`],
])('the first name of %j', (attributes, firstName) => {
  expect(letterData(CAMPAIGN, 'c1', attributes, null).firstName).toBe(firstName);
});

test('holds the attributes and the id, which no attribute can replace', () => {
  const data = letterData(CAMPAIGN, 'c1', { id: 'fake', course: 'Maths' }, { to: 'Maths' });
  expect(data).toEqual({
    customer: { id: 'c1', course: 'Maths' },
    trigger: { to: 'Maths' },
    campaign: { id: 'welcome', name: 'Welcome', from: CAMPAIGN.from },
  });
});
