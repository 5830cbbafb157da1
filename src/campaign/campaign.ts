import type { CampaignId, SegmentId } from '../base/id.ts';
import type { Json } from '../base/json.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import type { EventFilter, Matcher, Rule } from '../rules/rule.ts';

/*
 * A campaign as the rest of Shoal knows it: checked, normalised, without defaults left to guess.
 * `parse.ts` makes it from what the user wrote.
 */

/** What is sent on a trigger: its occasion, a wait, a template. */
export interface Campaign {
  readonly id: CampaignId;
  readonly name: string;
  /** A transactional letter, such as a receipt, needs no consent and counts for no cap. */
  readonly kind: 'marketing' | 'transactional';
  readonly when: Occasion;
  readonly wait: Wait;
  /** Any of these ends a wait without a letter. */
  readonly until: readonly Happening[];
  /** Must hold at the moment of sending; undefined: nothing is asked. */
  readonly condition?: Rule | undefined;
  readonly reentry: Reentry;
  /** Later than so long after the due instant nothing is sent any more, ms. */
  readonly ageMaxMs: DurationMs;
  /** The share of recipients who get nothing, so that effect can be measured: 0 to 100. */
  readonly holdoutPercent: number;
  /** A wait that ends in these hours goes on to their end; undefined: at any hour. */
  readonly quietHours?: QuietHours | undefined;
  /** A folder of `templates/`. */
  readonly template: string;
  /** What a letter says of its sender. */
  readonly from: { readonly name: string; readonly address: string };
  /** What a template reads as `offer`: that of the first segment of whom the recipient is one. */
  readonly offers: readonly Offer[];
}

/** Something that happens to one customer at one instant. */
export type Happening =
  /**
   * An attribute got another value; its first value is a change, its removal is none. Without a
   * name: any attribute. `from` and `to` are what the values must pass, where given.
   */
  | {
      readonly kind: 'changed';
      readonly attribute?: string | undefined;
      readonly from?: Matcher | undefined;
      readonly to?: Matcher | undefined;
    }
  | { readonly kind: 'entered' | 'exited'; readonly segment: SegmentId }
  | ({ readonly kind: 'event' } & EventFilter);

export type Occasion =
  | Happening
  /** At one instant, for all who are members then: so many a second, over all partitions. */
  | {
      readonly kind: 'at';
      readonly at: EpochMs;
      readonly segment: SegmentId;
      readonly perSecond: number;
    };

/** From the trigger to the due instant. */
export type Wait =
  /** 0 when nothing was said. */
  | { readonly kind: 'for'; readonly ms: DurationMs }
  /**
   * Until the recipient's clock next shows this time of day, once `afterMs` is over; 0 to 1,439
   * minutes after midnight. The zone is the recipient's attribute `timezone`, else the configured
   * one.
   */
  | { readonly kind: 'until'; readonly minuteOfDay: number; readonly afterMs: DurationMs };

/**
 * How often one customer can be enrolled. A wait that was cancelled counts for nothing. With
 * `always` a new trigger takes the place of one that waits; else it is passed over.
 */
export type Reentry =
  | { readonly kind: 'always' | 'once' }
  | { readonly kind: 'span'; readonly ms: DurationMs };

/** Minutes after midnight on the recipient's clock; `from` above `to` spans midnight. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface Offer {
  /** Undefined: for everyone else. */
  readonly segment?: SegmentId | undefined;
  readonly offer: Json;
}
