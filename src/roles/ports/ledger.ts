import type { CampaignId, CustomerId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';

/*
 * What the store knows of letters: one page a customer, with the letters begun for them and what
 * they have agreed to; and the addresses that must not be mailed.
 *
 * Not promised: that a write whose answer did not come has not landed; that the last two seconds of
 * acknowledged writes survive a crash of the store.
 * Every call throws ShoalError `store-away` (retry) when the store cannot be reached.
 */

/**
 * A letter's state. `intent` stands there before the first byte of DATA; found after a restart,
 * nobody knows how it ended. `waiting`: refused for now, certainly not sent, to be tried again.
 */
export type LetterState = 'intent' | 'waiting' | 'sent' | 'failed' | 'unknown' | 'skipped';

/** One letter of one customer. */
export interface LetterEntry {
  readonly campaign: CampaignId;
  readonly state: LetterState;
  /** When the state was written, ms since the epoch; of an intent, when it counts for caps. */
  readonly at: EpochMs;
  /** Counts for frequency caps. */
  readonly isMarketing: boolean;
  /** The SMTP stage that was reached, where one was. */
  readonly stage?: string | undefined;
  /** Why it was skipped or how it failed; a code. */
  readonly reason?: string | undefined;
  /** True when its `Campaign Decided` is in the log. */
  readonly isTold?: boolean | undefined;
}

export interface Consent {
  readonly state: 'given' | 'withdrawn';
  readonly at: EpochMs;
  /** Where it came from: `one-click`, `page`, `import`, … */
  readonly source: string;
}

/** What a consent is for: one campaign, or all of them. */
export type ConsentScope = CampaignId | '*';

/** All that the ledger holds of one customer. */
export interface LedgerPage {
  /** By letter id. */
  readonly letters: ReadonlyMap<string, LetterEntry>;
  readonly consents: ReadonlyMap<ConsentScope, Consent>;
}

/** Writing of consents, for the unsubscribe page and imports. The later `at` wins. */
export interface Consents {
  record(customer: CustomerId, scope: ConsentScope, consent: Consent): Promise<void>;
  /** Every consent that is known, in no order. */
  all(): AsyncIterable<{
    readonly customer: CustomerId;
    readonly scope: ConsentScope;
    readonly consent: Consent;
  }>;
}

export interface Suppression {
  readonly address: string;
  /** `hard-bounce`, `complaint`, `import`, … */
  readonly reason: string;
  readonly at: EpochMs;
}

/** Addresses that must not be mailed, whoever has them; compared in lower case. */
export interface Suppressions {
  find(address: string): Promise<Suppression | undefined>;
  add(suppression: Suppression): Promise<void>;
  /** @returns false when it was not there */
  remove(address: string): Promise<boolean>;
  all(): AsyncIterable<Suppression>;
}
