import type { CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Zone } from '../../base/zone.ts';
import type { ZoneTable } from '../../base/zone-table.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { Segment } from '../../rules/rule.ts';

/** What happens to some customers, line by line, and what must follow (docs/testing-rules.md). */
export interface Story {
  /** The file's name, when the story gives none. */
  readonly title: string;
  readonly file: string;
  readonly zone: Zone;
  /** Where customers may live; only where a campaign asks for their time. */
  readonly zones: ZoneTable | undefined;
  readonly segments: readonly Segment[];
  readonly campaigns: readonly Campaign[];
  /** Their instants ascend. */
  readonly steps: readonly Step[];
}

export interface Step {
  /** The number of its line, from 1. */
  readonly line: number;
  /** The line as it was written. */
  readonly text: string;
  /** The clock when it happens. */
  readonly at: EpochMs;
  /** What comes in then; without it time alone has passed. */
  readonly event?: CustomerEvent | undefined;
  /** All entries and exits, and all waits that ended, since the line before. */
  readonly expected: readonly Expected[];
}

/** An entry or exit; the wait of a campaign is over, or was ended early. */
export type ExpectedKind = 'entry' | 'exit' | 'due' | 'cancelled';

export interface Expected {
  readonly customer: CustomerId;
  readonly kind: ExpectedKind;
  /** Of the segment, or of the campaign. */
  readonly id: string;
  /** It is told, and sets nothing off. */
  readonly isQuiet: boolean;
  /** When exactly; any instant since the line before when nothing was said. */
  readonly at?: EpochMs | undefined;
}
