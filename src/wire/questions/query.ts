import type { CampaignId, CustomerId, SegmentId } from '../../base/id.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { CampaignExplanation, Explanation } from '../../engine/explain/explanation.ts';
import type { PartitionStatus } from '../live.ts';
import type { Seen } from '../seen/seen.ts';

/** A question to the owner of a partition, as JSON on `shoal.query.<p>`. */
export type Query =
  | { readonly type: 'status' }
  | { readonly type: 'attributes'; readonly customer: CustomerId }
  /** What a letter of this campaign would need to know now. */
  | {
      readonly type: 'recipient';
      readonly customer: CustomerId;
      readonly campaign: CampaignId;
    }
  /** Why a customer is a member of a segment, or would get a campaign's letter: one of the two. */
  | {
      readonly type: 'explain';
      readonly customer: CustomerId;
      readonly segment?: SegmentId | undefined;
      readonly campaign?: CampaignId | undefined;
    }
  /** How many wait, by campaign. */
  | { readonly type: 'enrolments' }
  /** Which events and fields have been seen. */
  | { readonly type: 'schema' };

export interface Answers {
  /** Always with every segment. */
  readonly status: PartitionStatus;
  readonly attributes: { readonly known: boolean; readonly attributes: JsonObject };
  readonly recipient: RecipientAnswer;
  readonly explain: Explanation | CampaignExplanation;
  readonly enrolments: EnrolmentsAnswer;
  readonly schema: Seen;
}

/** What is known of one customer now, for a letter. */
export interface RecipientAnswer {
  readonly known: boolean;
  readonly attributes: JsonObject;
  /** Whether the campaign's `if` holds; true when it has none. */
  readonly holds: boolean;
  /** All of whom the customer is a member, by id. */
  readonly segments: readonly SegmentId[];
  /** The last orders and the last products viewed, latest first; their properties. */
  readonly orders: readonly Json[];
  readonly viewed: readonly Json[];
}

/** By campaign: how many wait, and when the first of them is due, ms since the epoch. */
export type EnrolmentsAnswer = Readonly<
  Record<CampaignId, { readonly waiting: number; readonly nextDueAt?: number | undefined }>
>;
