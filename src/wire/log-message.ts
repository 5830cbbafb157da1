import type { CustomerId } from '../base/id.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { Passed } from '../engine/effect.ts';
import type { ForgetMark } from '../engine/parcel.ts';
import type { CustomerEvent } from '../rules/event.ts';

/** Who wrote a message of a partition's log, and the how-manieth of theirs it is, from 1. */
export interface Stamp {
  readonly producer: string;
  readonly n: number;
}

interface MessageBase {
  /** Absent on raw messages of producers that know nothing of Shoal. */
  readonly stamp?: Stamp | undefined;
  /** The sender's clock, ms since the epoch. */
  readonly sentAt?: number | undefined;
}

/** What stands in a partition's log (durability: "Messages of a partition's log"). */
export type LogMessage =
  | (MessageBase & {
      readonly kind: 'events';
      readonly events: readonly CustomerEvent[];
      /** Imported history: changes state, numbered with `why: import`, triggers nothing. */
      readonly history: boolean;
      /** Entries of a raw batch that are no events, to be counted and published as rejected. */
      readonly rejected: readonly Rejection[];
    })
  | (MessageBase & { readonly kind: 'tick' })
  | (MessageBase & { readonly kind: 'define'; readonly definitions: Definitions })
  /** What the relay has carried here from another partition. */
  | (MessageBase & {
      readonly kind: 'passed';
      readonly source: number;
      readonly items: readonly { readonly n: number; readonly passed: Passed }[];
    })
  /** Someone is to be forgotten, or, without a customer, has been. */
  | (MessageBase & {
      readonly kind: 'forget';
      readonly customer?: CustomerId | undefined;
      readonly mark: ForgetMark;
    })
  /** The message at this place with this time cannot be applied and is passed over. */
  | (MessageBase & {
      readonly kind: 'skip';
      readonly sequence: number;
      readonly storedAt: number;
    })
  /** Of a later version of Shoal, to be counted and skipped; `what` says of which kind it is. */
  | (MessageBase & { readonly kind: 'unknown'; readonly what: string });

/** Why something that came in is no event. The reason is a metric's label and a subject's token. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** What is wrong, for a person. */
  readonly detail: string;
}

export type RejectionReason =
  | 'not-json'
  | 'not-an-object'
  | 'unknown-type'
  | 'bad-id'
  | 'bad-timestamp'
  | 'no-event-name'
  | 'too-deep'
  | 'too-large'
  | 'bad-frame';
