import { compareUtf8, type CampaignId, type CustomerId, type SegmentId } from '../../base/id.ts';
import type { State } from '../state/state.ts';
import type { Waiting } from '../state/waits.ts';

/** What a campaign asks about a customer at the moment of sending. */
export interface Recipient {
  /** Whether the campaign's condition holds; true where it has none. */
  readonly holds: boolean;
  /** All of whom the customer is a member, by id. */
  readonly segments: readonly SegmentId[];
}

/** Undefined for a customer or a campaign nobody has heard of. */
export function recipientOf(
  { plan, customers, truths, membership }: State,
  customer: CustomerId,
  campaign: CampaignId,
): Recipient | undefined {
  const ordinal = customers.find(customer);
  const planned = plan.campaigns.find(({ id }) => id === campaign);
  if (ordinal === undefined || planned === undefined) return undefined;
  const facts = {
    holds: (condition: number) => truths.holds(condition, ordinal),
    isMember: (segment: number) => membership.isMember(segment, ordinal),
  };
  const segments = plan.segments.flatMap(({ id }, index) => (facts.isMember(index) ? id : []));
  return {
    holds: planned.condition?.(facts, ordinal) ?? true,
    segments: segments.toSorted(compareUtf8),
  };
}

/** Who waits for a letter, per campaign: for its due instant, or for a turn in its mailing. */
export function enrolmentsOf({ plan, waits, mailings }: State): Map<CampaignId, Waiting> {
  return new Map(
    plan.campaigns.map(({ id }, campaign) => {
      const { waiting, nextDueAt } = waits.standing(campaign);
      return [
        id,
        {
          waiting: waiting + mailings.restOf(campaign),
          nextDueAt: Math.min(nextDueAt, mailings.nextAtOf(campaign)),
        },
      ];
    }),
  );
}
