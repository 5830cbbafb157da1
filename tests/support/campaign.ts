import type { Campaign } from '../../src/campaign/campaign.ts';
import { HOUR_MS } from '../../src/base/time.ts';

/** A campaign of which a test says only what it is about. */
export function campaignOf(given: Partial<Campaign> & Pick<Campaign, 'id' | 'when'>): Campaign {
  return {
    name: given.id,
    kind: 'marketing',
    wait: { kind: 'for', ms: 0 },
    until: [],
    reentry: { kind: 'always' },
    ageMaxMs: HOUR_MS,
    holdoutPercent: 0,
    template: 'course-welcome',
    from: { name: 'Shoal School', address: 'school@example.com' },
    offers: [],
    ...given,
  };
}
