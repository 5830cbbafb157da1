import type { CustomerEvent } from '../../../rules/event.ts';

/** Keeps private attributes out of the log (docs/privacy.md). */
export interface PrivateTraits {
  /** Whether an event bears any; to be asked of every event. */
  concerns(event: CustomerEvent): boolean;
  /**
   * Stores the private attributes of an event, and answers with the event in which keyed hashes
   * stand in their places.
   *
   * @throws ShoalError `store-away` (retry)
   */
  hide(event: CustomerEvent): Promise<CustomerEvent>;
}
