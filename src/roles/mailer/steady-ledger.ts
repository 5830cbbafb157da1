import type { CustomerId } from '../../base/id.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Claim, Claimed, Ledger, LedgerPage, LetterWrite } from '../ports/ledger.ts';

/*
 * The ledger as the mailer uses it: of a store that may lose its last seconds with a power cut.
 *
 * 1. After a connection was lost, nothing is asked of the store before what was written in the last
 *    ten seconds has been written again; what is there already, or has gone further, stays.
 * 2. So a letter whose intent the store has forgotten cannot be claimed anew, by us or, once we
 *    have spoken, by another mailer.
 */

/** Longer than the store may lose: two seconds, by `appendfsync everysec`. */
const MEMORY_MS: DurationMs = 10_000;

interface Remembered {
  readonly write: LetterWrite;
  readonly at: EpochMs;
}

export type SteadyCalls = Pick<Ledger, 'page' | 'claim' | 'put'>;

export class SteadyLedger implements SteadyCalls {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  /** By customer and letter, the oldest write first. */
  readonly #recent = new Map<string, Remembered>();
  #connection: number;
  #renewal: Promise<void> | undefined;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#connection = ledger.connection();
  }

  async page(customer: CustomerId): Promise<LedgerPage> {
    await this.#renewed();
    return this.#ledger.page(customer);
  }

  async claim(claim: Claim): Promise<Claimed> {
    await this.#renewed();
    const claimed = await this.#ledger.claim(claim);
    const { customer, letter, holdMs } = claim;
    if (claimed.kind === 'claimed') {
      this.#remember({ customer, letter, entry: claimed.entry, holdMs });
    }
    return claimed;
  }

  async put(write: LetterWrite): Promise<LetterWrite['entry']> {
    await this.#renewed();
    const entry = await this.#ledger.put(write);
    this.#remember({ ...write, entry });
    return entry;
  }

  #remember(write: LetterWrite): void {
    const key = JSON.stringify([write.customer, write.letter]);
    const now = this.#clock.now();
    this.#recent.delete(key);
    this.#recent.set(key, { write, at: now });
    for (const [old, { at }] of this.#recent) {
      if (at > now - MEMORY_MS) break;
      this.#recent.delete(old);
    }
  }

  /** The caller asks the store in the same turn of the event loop: nothing is lost between. */
  async #renewed(): Promise<void> {
    while (this.#connection !== this.#ledger.connection()) {
      this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
      await this.#renewal;
    }
  }

  async #renew(): Promise<void> {
    const connection = this.#ledger.connection();
    const since = this.#clock.now() - MEMORY_MS;
    const recent = [...this.#recent.values()].filter(({ at }) => at > since);
    await Promise.all(recent.map(({ write }) => this.#ledger.put(write)));
    this.#connection = connection;
  }
}
