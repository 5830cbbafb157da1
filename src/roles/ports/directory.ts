import type { CustomerId } from '../../base/id.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';

/*
 * Private attributes of customers: what letters need and the log must not hold.
 *
 * Not promised: that a write whose answer did not come has not landed; that the last two seconds of
 * acknowledged writes survive a crash of the store.
 * Every call throws ShoalError `store-away` (retry) when the store cannot be reached.
 */
export interface Directory {
  /**
   * Merges values as attributes merge: of one attribute the later event time wins, of the same the
   * later call; null removes, and is remembered with its time.
   */
  put(customer: CustomerId, values: Readonly<Record<string, Json>>, at: EpochMs): Promise<void>;
  /** Those that have a value; none for a customer nobody has heard of. */
  get(customer: CustomerId): Promise<JsonObject>;
  /** What is known of one becomes the other's, by event time; again and again if need be. */
  join(from: CustomerId, into: CustomerId): Promise<void>;
  forget(customer: CustomerId): Promise<void>;
}
