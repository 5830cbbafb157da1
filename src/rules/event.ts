import type { CustomerId } from '../base/id.ts';
import type { JsonObject } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';

export type EventType = 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';

/** A fact about one customer, checked: what rules see and what the log keeps. */
export interface CustomerEvent {
  readonly type: EventType;
  readonly customer: CustomerId;
  /**
   * The other id of a message that bears both (of an `alias`, the previous one); the customer's own
   * where the message bears no `userId`: then the customer is anonymous.
   */
  readonly anonymousId?: string | undefined;
  readonly messageId?: string | undefined;
  /** Event time as written, ms since the epoch; it may lie in the future. */
  readonly at: EpochMs;
  /** A track's name; `$identify`, `$page`, `$screen`, `$group` for these; empty for `alias`. */
  readonly event: string;
  /**
   * What paths read: `properties` of a track; `traits` of identify and group; `properties` of a
   * page or screen, with `name` added where they lack it.
   */
  readonly properties: JsonObject;
  readonly context: JsonObject;
}
