import type { CampaignId, CustomerId } from '../../base/id.ts';
import { NEVER, type EpochMs } from '../../base/time.ts';
import { occasionWords } from '../../campaign/words.ts';
import type { State } from '../state/state.ts';
import { explainRule } from './explain.ts';
import type { CampaignExplanation } from './explanation.ts';

/**
 * Where a customer stands in a campaign: the wait, and whether what must hold at the moment of
 * sending holds. Nothing of the state changes.
 *
 * @param now an instant up to which all customers have been settled
 * @returns undefined for a campaign that is not defined
 */
export function explainCampaign(
  state: State,
  now: EpochMs,
  customer: CustomerId,
  campaign: CampaignId,
): CampaignExplanation | undefined {
  const { plan, customers, waits, served, mailings } = state;
  const number = plan.campaigns.findIndex(({ id }) => id === campaign);
  const defined = plan.definitions.campaigns.find(({ id }) => id === campaign);
  if (number < 0 || defined === undefined) return undefined;
  const { condition } = defined;
  const said = { customer, campaign, definition: defined, occasion: occasionWords(defined) };
  const ordinal = customers.find(customer);
  if (ordinal === undefined) {
    return { ...said, known: false, isInLine: false, at: Number.isFinite(now) ? now : 0 };
  }
  const at = Math.max(now, customers.settledAt(ordinal));
  const wait = waits.find(number, ordinal);
  const lastAt = served.lastOf(number, ordinal);
  return {
    ...said,
    known: true,
    at,
    isInLine: mailings.isInLine(number, ordinal),
    wait: wait && { triggeredAt: wait.triggeredAt, trigger: wait.trigger, dueAt: wait.dueAt },
    served: lastAt === undefined ? undefined : lastAt === NEVER ? {} : { triggeredAt: lastAt },
    ...(condition !== undefined && explainRule(condition, state, ordinal, at)),
  };
}
