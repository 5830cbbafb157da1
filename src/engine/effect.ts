import type { CampaignId, CustomerId, SegmentId } from '../base/id.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Parcel } from './parcel.ts';

/** Why something changed. Only `event` and `time` announce; the others are quiet. */
export type Why = 'event' | 'time' | 'define' | 'import' | 'merge' | 'forget';

/** What an engine tells the world, in the order in which it is numbered. */
export type Effect =
  | Transition
  | AttributeChange
  | WatchedEvent
  | Due
  | Cancelled
  | Passed
  | Forgotten;

interface EffectBase {
  /** The exact instant at which it holds, ms since the epoch. */
  readonly at: EpochMs;
  readonly customer: CustomerId;
  readonly why: Why;
}

/** A change of membership. */
export interface Transition extends EffectBase {
  readonly kind: 'entry' | 'exit';
  readonly segment: SegmentId;
}

/** An attribute that a campaign watches got another value. */
export interface AttributeChange extends EffectBase {
  readonly kind: 'changed';
  readonly attribute: string;
  readonly from: Json;
  readonly to: Json;
}

/** An event that a campaign watches has happened. */
export interface WatchedEvent extends EffectBase {
  readonly kind: 'happened';
  readonly event: string;
  readonly properties: JsonObject;
}

/** The wait of an enrolment in a campaign is over. */
export interface Due extends EffectBase {
  readonly kind: 'due';
  readonly campaign: CampaignId;
  /** When the trigger was, ms since the epoch. */
  readonly triggeredAt: EpochMs;
  /** What the trigger was, for the letter. */
  readonly trigger: Json;
}

/** The wait of an enrolment in a campaign has ended early: one of its `until` has happened. */
export interface Cancelled extends EffectBase {
  readonly kind: 'cancelled';
  readonly campaign: CampaignId;
  readonly triggeredAt: EpochMs;
}

/**
 * Something that the partition of another customer is to take in: the relay carries it into that
 * one's log, where it counts once, by this partition and the effect's number.
 */
export interface Passed extends EffectBase {
  readonly kind: 'passed';
  readonly to: CustomerId;
  /** Who has passed it on before, oldest first: so a circle of aliases is noticed. */
  readonly via: readonly CustomerId[];
  readonly parcel: Parcel;
}

/** A customer has been forgotten: whoever keeps anything of theirs outside the log drops it. */
export interface Forgotten extends EffectBase {
  readonly kind: 'forgotten';
}

/** One segment's figures in one partition; the last two count since the cluster began. */
export interface Count {
  readonly members: number;
  readonly entered: number;
  readonly exited: number;
}
