import { createHash } from 'node:crypto';
import type { CampaignId, CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Campaign } from '../../campaign/campaign.ts';

/**
 * The name of one letter: SHA-256, hex, of campaign, customer and the instant of the trigger. The
 * same trigger has the same name for ever: after a restart, a repeated record, or a rebuild that
 * numbers anew. No customer can be read from it.
 */
export function mailId(campaign: CampaignId, customer: CustomerId, triggeredAt: EpochMs): string {
  const scope = JSON.stringify([campaign, customer, triggeredAt]);
  return createHash('sha256').update(scope).digest('hex');
}

/** The letter's Message-ID, without angle brackets. */
export function messageId(id: string, from: Campaign['from']): string {
  return `${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}`;
}
