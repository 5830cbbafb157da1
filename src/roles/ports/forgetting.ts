import type { CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';

/*
 * What forgetting a customer needs of the store.
 *
 * Not promised: that a write whose answer did not come has not landed; that the last two seconds of
 * acknowledged writes survive a crash of the store. Writes survive in their order: where a later
 * one is, an earlier one is too.
 * Every call throws ShoalError `store-away` (retry) when the store cannot be reached.
 */

/** The salt of forgotten customers' hashes: a secret of the cluster, made when first asked for. */
export interface ForgetSalt {
  salt(): Promise<string>;
}

/** What of a partition is still to be erased. */
export type PendingErasure = { readonly id: string } & (
  | {
      /** Everything of these customers, wherever it is stored. */
      readonly kind: 'customers';
      readonly customers: readonly CustomerId[];
      /** The first sequence of the log that may still hold them. */
      readonly from: number;
      /** The sequence behind which the engine knows nothing of them. */
      readonly to: number;
      /** Set when only the word that they are forgotten is left, for those who listen. */
      readonly noticeUntil?: EpochMs | undefined;
    }
  | {
      /** What came of forgotten customers after that, in these messages of the log. */
      readonly kind: 'stragglers';
      readonly from: number;
      readonly to: number;
    }
  | {
      /** What the store's own file still holds of what was dropped from it by then. */
      readonly kind: 'file';
      readonly since: EpochMs;
    }
);

export interface PendingErasures {
  all(partition: number): Promise<readonly PendingErasure[]>;
  /** Takes the place of one with the same id. */
  put(partition: number, pending: PendingErasure): Promise<void>;
  drop(partition: number, id: string): Promise<void>;
}

/** `busy`: the store could not now, it is to be asked again. `refused`: it is not to be asked. */
export type Rewriting = 'done' | 'busy' | 'refused';

/** The file behind the store. */
export interface StoreFile {
  /** Has the store write its file anew, without what is no longer in it; answers when it has. */
  rewrite(): Promise<Rewriting>;
}
