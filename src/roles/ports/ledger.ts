import type { CampaignId, CustomerId } from '../../base/id.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { CapLimit } from '../../campaign/cap-limit.ts';

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
  /** Counts the writes of the entry, from 1: a lower one never takes the place of a higher one. */
  readonly revision: number;
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
  /** The claim under which it was written last; no two claims have the same name. */
  readonly writer?: string | undefined;
  /** By the store's clock: an intent, or one that waits, is nobody else's business before. */
  readonly heldUntil?: EpochMs | undefined;
  /** How often a server has refused it for now. */
  readonly tries?: number | undefined;
  /** It may have been sent before: a transactional letter is handed over once more, not twice. */
  readonly isRepeat?: boolean | undefined;
  /** The server said that there is no such mailbox. */
  readonly isBounce?: boolean | undefined;
}

export interface Consent {
  readonly state: 'given' | 'withdrawn';
  readonly at: EpochMs;
  /** Where it came from: `one-click`, `page`, `import`, … */
  readonly source: string;
}

/** What a consent is for: one campaign, by its id, or all of them: `*`. */
export type ConsentScope = string;

/** All that the ledger holds of one customer. */
export interface LedgerPage {
  /** By letter id. */
  readonly letters: ReadonlyMap<string, LetterEntry>;
  readonly consents: ReadonlyMap<ConsentScope, Consent>;
  /** The store's clock when it was read. */
  readonly readAt: EpochMs;
}

/** Which letter of whom. */
export interface LetterPlace {
  readonly customer: CustomerId;
  readonly letter: string;
}

/** Asks to be the one who hands a letter over, now. */
export interface Claim extends LetterPlace {
  readonly campaign: CampaignId;
  readonly at: EpochMs;
  readonly isMarketing: boolean;
  /** Names this claim, so that its repeat after a lost answer is known. */
  readonly writer: string;
  /** How long nobody else may touch the intent, ms: longer than a handing over can take. */
  readonly holdMs: DurationMs;
  /** `none`: nothing is asked. */
  readonly consent: 'opt-out' | 'opt-in' | 'none';
  readonly caps: readonly CapLimit[];
}

export type Claimed =
  /** The intent is in the store, and it is ours. */
  | { readonly kind: 'claimed'; readonly entry: LetterEntry }
  /** As it stands; `heldMs` above 0: somebody may be at it for so long. */
  | { readonly kind: 'taken'; readonly entry: LetterEntry; readonly heldMs: DurationMs }
  | { readonly kind: 'refused'; readonly reason: 'unsubscribed' | 'no-consent' | 'frequency-cap' };

/** An entry as it is to be; `holdMs` from now on it is nobody else's business. */
export interface LetterWrite extends LetterPlace {
  readonly entry: LetterEntry;
  readonly holdMs?: DurationMs | undefined;
}

/**
 * The pages of customers. Each call is atomic: of all who claim a letter at once one gets it, and
 * of all who claim the last letter under a cap one.
 */
export interface Ledger {
  page(customer: CustomerId): Promise<LedgerPage>;
  /**
   * Takes the intent of a letter that has no entry yet, or waits and is held no more. A
   * transactional letter's intent that is held no more can be taken once.
   */
  claim(claim: Claim): Promise<Claimed>;
  /**
   * Writes an entry unless one of this or of a higher revision is there.
   *
   * @returns the entry that is there now
   */
  put(write: LetterWrite): Promise<LetterEntry>;
  /** Every letter, in no order; the customer is missing in pages of a damaged store. */
  letters(): AsyncIterable<{
    readonly customer?: CustomerId | undefined;
    readonly letter: string;
    readonly entry: LetterEntry;
  }>;
  /** Drops the letters that were last written before. @returns how many */
  prune(before: EpochMs): Promise<number>;
  /** Another number when the connection is another: the store may have lost its last writes. */
  connection(): number;
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
