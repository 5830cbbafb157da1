import type { CampaignId, SegmentId } from '../base/id.ts';
import type { EpochMs } from '../base/time.ts';
import type { Campaign, Reentry } from '../campaign/campaign.ts';
import { compileRule, type CompiledRule, type Numbering } from './rule.ts';
import { compileWait, needsLocalTime, type DueAt } from './wait.ts';

/** A campaign as the engine runs it. */
export interface PlannedCampaign {
  readonly id: CampaignId;
  readonly dueAt: DueAt;
  /** True when the due instant hangs on the recipient's zone. */
  readonly needsZone: boolean;
  readonly reentry: Reentry;
  /** Undefined unless it goes to a whole segment at one instant. */
  readonly mailing: PlannedMailing | undefined;
  /** What must hold at the moment of sending; undefined: nothing is asked. */
  readonly condition: CompiledRule | undefined;
}

export interface PlannedMailing {
  readonly at: EpochMs;
  readonly segment: SegmentId;
  /** Over all partitions. */
  readonly perSecond: number;
}

export function planCampaign(campaign: Campaign, numbering: Numbering): PlannedCampaign {
  const { id, when, reentry, condition } = campaign;
  return {
    id,
    dueAt: compileWait(campaign),
    needsZone: needsLocalTime(campaign),
    reentry,
    mailing: when.kind === 'at' ? when : undefined,
    condition: condition && compileRule(condition, numbering),
  };
}
