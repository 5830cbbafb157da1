import { SECOND_MS, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { Campaign, Occasion, Wait } from '../../campaign/campaign.ts';

/** Nobody looks at a demo for longer. */
const WAIT_MAX_MS: DurationMs = 10 * SECOND_MS;

/**
 * The campaigns of a shop, for a demo of it: mass mailings at an instant that the demo sees, and
 * waits that it lives to see the end of.
 *
 * @param mailingAt the shop's clock
 */
export function inDemoTime(
  campaigns: readonly Campaign[],
  mailingAt: EpochMs,
): readonly Campaign[] {
  return campaigns.map((campaign) => ({
    ...campaign,
    when: occasionOf(campaign.when, mailingAt),
    wait: waitOf(campaign.wait),
  }));
}

function occasionOf(when: Occasion, at: EpochMs): Occasion {
  return when.kind === 'at' ? { ...when, at } : when;
}

function waitOf(wait: Wait): Wait {
  return { kind: 'for', ms: wait.kind === 'until' ? 0 : Math.min(wait.ms, WAIT_MAX_MS) };
}
