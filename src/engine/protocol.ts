import type { CustomerId } from '../base/id.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { Passed } from './effect.ts';
import type { ForgetMark } from './parcel.ts';

/** What all partitions of a cluster have in common. */
export interface PartitionSettings {
  /** `sender`: the sender's time alone moves stream time. */
  readonly clock: 'broker' | 'sender';
  /** How long a timer waits for what happened just before it. */
  readonly graceMs: DurationMs;
  /** How long a messageId is remembered, in stream time. */
  readonly dedupWindowMs: DurationMs;
  /** How many messageIds are remembered at most. */
  readonly dedupIdsMax: number;
  /** How many partitions share the pace of a mailing. */
  readonly partitions: number;
}

/** What the engine needs of a log message; `wire` decodes it. */
export interface Input {
  readonly stamp?: { readonly producer: string; readonly n: number } | undefined;
  readonly sentAt?: EpochMs | undefined;
  /** When the broker stored it. */
  readonly storedAt: EpochMs;
  readonly body:
    | {
        readonly kind: 'events';
        readonly events: readonly CustomerEvent[];
        readonly history: boolean;
      }
    | { readonly kind: 'tick' }
    | { readonly kind: 'define'; readonly definitions: Definitions }
    /** What other customers' partitions have passed on: each by its partition and number. */
    | {
        readonly kind: 'passed';
        readonly source: number;
        readonly items: readonly { readonly n: number; readonly passed: Passed }[];
      }
    /** Without a customer only the mark is kept: what there was of them is gone from the log. */
    | {
        readonly kind: 'forget';
        readonly customer?: CustomerId | undefined;
        readonly mark: ForgetMark;
      };
}

/**
 * A part of the state as it stands: pieces are made when they are asked for, and may change with
 * what is applied next.
 */
export interface LiveSection {
  readonly name: string;
  readonly format: number;
  readonly pieces: Iterable<Uint8Array>;
}

/** A part of the state, as bytes; `format` is the number of its layout. */
export interface Section {
  readonly name: string;
  readonly format: number;
  readonly bytes: readonly Uint8Array[];
}
