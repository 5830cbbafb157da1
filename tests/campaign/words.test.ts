import { expect, test } from 'vitest';
import type { Campaign } from '../../src/campaign/campaign.ts';
import { occasionWords } from '../../src/campaign/words.ts';
import { campaignOf } from '../support/campaign.ts';

const order = { kind: 'event', events: ['Order Completed'], where: [] } as const;

test.each<[string, Partial<Campaign> & Pick<Campaign, 'when'>]>([
  ['when Order Completed happens, at once', { when: order }],
  [
    'when the customer enters cart, after 10 minutes, unless before it ' +
      'Order Completed happens or the customer leaves cart, once for each customer',
    {
      when: { kind: 'entered', segment: 'cart' },
      wait: { kind: 'for', ms: 600_000 },
      until: [order, { kind: 'exited', segment: 'cart' }],
      reentry: { kind: 'once' },
    },
  ],
  [
    'when plan changes, then: is "paid", after 1 day, at 10:05 on the recipient\'s clock, ' +
      'at most once in 7 days',
    {
      when: { kind: 'changed', attribute: 'plan', to: [{ op: 'in', values: ['paid'] }] },
      wait: { kind: 'until', minuteOfDay: 605, afterMs: 86_400_000 },
      reentry: { kind: 'span', ms: 7 * 86_400_000 },
    },
  ],
  [
    'at 1970-01-01T00:00:00.000Z to all members of fans, 50 a second, at once',
    { when: { kind: 'at', at: 0, segment: 'fans', perSecond: 50 } },
  ],
  ['when any attribute changes, at once', { when: { kind: 'changed' } }],
])('%s', (words, given) => {
  expect(occasionWords(campaignOf({ id: 'letter', ...given }))).toBe(words);
});
