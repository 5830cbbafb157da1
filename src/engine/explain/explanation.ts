import type { CampaignId, CustomerId, SegmentId } from '../../base/id.ts';
import type { Json } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Campaign } from '../../campaign/campaign.ts';

/*
 * Why a customer is a member of a segment, or is not: plain JSON. Instants are ms since the epoch.
 */

export interface Explanation {
  readonly customer: CustomerId;
  readonly segment: SegmentId;
  /** The segment's own. */
  readonly name: string;
  /** False for a customer nobody has heard of: then there is no rule to look at. */
  readonly known: boolean;
  /** As of when all this holds. */
  readonly at: EpochMs;
  readonly isMember: boolean;
  readonly rule?: ExplainedRule | undefined;
  readonly outlook?: Outlook | undefined;
}

/** Where a customer stands in a campaign, as far as the engine knows. */
export interface CampaignExplanation {
  readonly customer: CustomerId;
  readonly campaign: CampaignId;
  /** As it is in force. */
  readonly definition: Campaign;
  readonly known: boolean;
  readonly at: EpochMs;
  /** What sets it off, how long it waits, how often, in words. */
  readonly occasion: string;
  /** An enrolment that waits. */
  readonly wait?:
    | { readonly triggeredAt: EpochMs; readonly trigger: Json; readonly dueAt: EpochMs }
    | undefined;
  /** True when their turn in a mailing that has begun is to come. */
  readonly isInLine: boolean;
  /** That a wait has come to its end, as far as re-entry asks for it. */
  readonly served?: { readonly triggeredAt?: EpochMs | undefined } | undefined;
  /** What must hold at the moment of sending, where something must. */
  readonly rule?: ExplainedRule | undefined;
  readonly outlook?: Outlook | undefined;
}

/** What time alone will do to a rule, if nothing happens. */
export interface Outlook {
  /** When its truth changes next, and to what; undefined: not as far as was looked. */
  readonly next?: Turn | undefined;
  /** How far was looked; undefined: to the end, there is nothing more that time can change. */
  readonly until?: EpochMs | undefined;
}

/** A change of truth: at that very millisecond. */
export interface Turn {
  readonly at: EpochMs;
  readonly to: boolean;
}

export type ExplainedRule =
  | {
      readonly kind: 'all' | 'any' | 'not';
      readonly holds: boolean;
      readonly rules: readonly ExplainedRule[];
    }
  | (Leaf & {
      readonly kind: 'segment';
      readonly segment: SegmentId;
      /** Its own rule; undefined where the tree has it already. */
      readonly rule?: ExplainedRule | undefined;
    })
  | (Leaf & {
      readonly kind: 'condition';
      /** What is asked, in words. */
      readonly asks: string;
      readonly evidence: Evidence;
    });

interface Leaf {
  readonly holds: boolean;
  /** What time alone does to it next. */
  readonly next?: Turn | undefined;
}

/** What is kept that a condition is judged by. Amounts are decimal text, exact. */
export type Evidence =
  | {
      readonly kind: 'count' | 'distinct';
      readonly count: number;
      /** True where no more are kept than decide: there may be more. */
      readonly orMore: boolean;
      readonly firstAt?: EpochMs | undefined;
      readonly latestAt?: EpochMs | undefined;
    }
  | {
      readonly kind: 'sum' | 'average';
      /** Undefined for the average of nothing; an average is rounded to four decimals. */
      readonly value?: string | undefined;
      /** How many amounts; those that are taken off count too. */
      readonly count: number;
      readonly firstAt?: EpochMs | undefined;
      readonly latestAt?: EpochMs | undefined;
    }
  | { readonly kind: 'min' | 'max'; readonly value?: string | undefined }
  | {
      readonly kind: 'latest';
      readonly at?: EpochMs | undefined;
      /** Whether it passes the condition's `having`. */
      readonly passes: boolean;
      /** The latest of those that may follow, whether later or not. */
      readonly followedAt?: EpochMs | undefined;
      readonly notFollowedAt?: EpochMs | undefined;
    }
  | { readonly kind: 'first'; readonly at?: EpochMs | undefined }
  | {
      readonly kind: 'attribute';
      readonly name: string;
      /** Undefined: it has none. */
      readonly value?: Json | undefined;
      /** Event time of the last word on it; a removal is one. */
      readonly setAt?: EpochMs | undefined;
      /** Of a date: the instant at which it begins, and whole years since. */
      readonly date?: { readonly at: EpochMs; readonly years: number } | undefined;
    }
  /** The customer's place among all, 0 to 100; below the percentage one is in. */
  | { readonly kind: 'sample'; readonly share: number };
