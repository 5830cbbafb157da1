import type { CustomerId } from '../base/id.ts';
import type { CustomerEvent } from '../rules/event.ts';

/** What the partition of one customer passes on (durability: "Two customers become one"). */
export type Parcel =
  /** To the one who is to become an alias: it joins `into`, unless it is another's already. */
  | {
      readonly type: 'join';
      readonly into: CustomerId;
      /** By `alias`: then a known customer may join another, too. */
      readonly isExplicit: boolean;
      /** The message that said so was imported history. */
      readonly isHistory: boolean;
    }
  /** A slice of what is kept of a customer, as JSON: complete when all slices are there. */
  | {
      readonly type: 'merge';
      /** The same for all slices: the number of the first one's effect would do. */
      readonly id: string;
      readonly slice: number;
      readonly slices: number;
      readonly text: string;
    }
  /** To the stores alone: within one partition someone has joined `to`, no log is to be told. */
  | { readonly type: 'joined' }
  /** An event of an alias; `event.customer` is whom it is passed on to. */
  | { readonly type: 'event'; readonly event: CustomerEvent; readonly isHistory: boolean }
  /** An alias of someone who is to be forgotten. */
  | { readonly type: 'forget'; readonly mark: ForgetMark };

/** By which a forgotten customer is recognised, though nothing says who they were. */
export interface ForgetMark {
  readonly salt: string;
  /** `saltedHash(salt, customer)`, 32 hex digits. */
  readonly hash: string;
}
