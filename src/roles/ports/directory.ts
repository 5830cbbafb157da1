import type { CustomerId } from '../../base/id.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { PrivateNames } from '../../rules/private/names.ts';

/*
 * Private attributes of customers: what letters need and the log must not hold.
 *
 * Not promised: that a write whose answer did not come has not landed; that the last two seconds of
 * acknowledged writes survive a crash of the store; that values of any size are taken: a caller
 * sees to it that they are small.
 * Every call throws ShoalError `store-away` (retry) when the store cannot be reached.
 */
export interface Directory {
  /**
   * Merges values as attributes merge: of one attribute the later event time wins, of the same the
   * later call; null removes, and is remembered with its time. What is put for somebody who has
   * joined another is put for that one.
   */
  put(customer: CustomerId, values: Readonly<Record<string, Json>>, at: EpochMs): Promise<void>;
  /** Those that have a value; none for a customer nobody has heard of. */
  get(customer: CustomerId): Promise<JsonObject>;
  /**
   * What is known of one becomes the other's, by event time, and so does what is put for them
   * later; of the same event time the other's stays. Again and again if need be.
   */
  join(from: CustomerId, into: CustomerId): Promise<void>;
  /**
   * All values go, and so does whom they had joined.
   *
   * @param barredMs for so long nothing is taken of what is put; nothing shortens that
   */
  forget(customer: CustomerId, barredMs?: DurationMs): Promise<void>;
}

/** What who writes letters needs of private attributes. */
export interface PrivateValues {
  /** Which are private. */
  readonly names: PrivateNames;
  readonly directory: Pick<Directory, 'get'>;
}
