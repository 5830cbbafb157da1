import type { DurationMs } from '../base/time.ts';
import type { Zone } from '../base/zone.ts';
import type { ZoneTable } from '../base/zone-table.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Segment } from '../rules/rule.ts';

/** All that users define, as it travels in the log: whole, plain JSON, sorted by id. */
export interface Definitions {
  readonly segments: readonly Segment[];
  readonly campaigns: readonly Campaign[];
  /** The configured time zone, with its offsets. */
  readonly zone: Zone;
  /** Those of recipients; only where a campaign asks for their time. */
  readonly zones?: ZoneTable | undefined;
  /** How long an anonymous customer is known without an event, ms of stream time; else for ever. */
  readonly forgetAnonymousAfterMs?: DurationMs | undefined;
}
