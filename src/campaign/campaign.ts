import type { CampaignId, SegmentId } from '../base/id.ts';
import type { DurationMs } from '../base/time.ts';

/** What is sent on a trigger: its occasion, a wait, a template. */
export interface Campaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly when: Occasion;
  /** From the trigger to the due instant, ms; 0 when nothing was said. */
  readonly waitMs: DurationMs;
  /** A folder of `templates/`. */
  readonly template: string;
  /** What a letter says of its sender. */
  readonly from: { readonly name: string; readonly address: string };
}

export type Occasion =
  /** An attribute got another value; its first value is a change, its removal is none. */
  | { readonly kind: 'changed'; readonly attribute: string }
  | { readonly kind: 'entered' | 'exited'; readonly segment: SegmentId };
