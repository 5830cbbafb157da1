import type { CampaignId, SegmentId } from '../base/id.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import type { Campaign, Reentry } from '../campaign/campaign.ts';
import { compileRule, type CompiledRule, type Numbering } from './rule.ts';
import { compileWait, longestWaitMs, needsLocalTime, type DueAt } from './wait.ts';

/** A campaign as the engine runs it. */
export interface PlannedCampaign {
  readonly id: CampaignId;
  readonly dueAt: DueAt;
  /** True when the due instant hangs on the recipient's zone. */
  readonly needsZone: boolean;
  readonly reentry: Reentry;
  /** For so long behind its trigger an enrolment may begin or wait; Infinity: a mailing's pace. */
  readonly enrolmentMsMax: DurationMs;
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
    enrolmentMsMax: when.kind === 'at' ? Infinity : longestWaitMs(campaign),
    mailing: when.kind === 'at' ? when : undefined,
    condition: condition && compileRule(condition, numbering),
  };
}
