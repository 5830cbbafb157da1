import type { DurationMs } from '../../base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Letter, Post, Sent } from '../ports/mail.ts';
import type { Ledger, LedgerState } from '../ports/store.ts';
import type { Figures } from './figures.ts';
import type { Patience } from './patience.ts';

/*
 * Hands one letter over, and writes into the ledger how it went.
 *
 * 1. Before the first byte leaves, the ledger holds an intent; who did not write it does not send.
 * 2. An intent that is found without its end is unknown: it may have arrived, and is never sent
 *    again.
 * 3. A letter is tried again only after a refusal, which says that the server does not have it, and
 *    between two tries the ledger says so, so that a restart may go on.
 */

export interface HandoverParts {
  readonly ledger: Ledger;
  readonly post: Post;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly patience: Patience;
}

/** The waits between the tries of a letter that is refused for now. */
const WAITS_MS: readonly DurationMs[] = [1_000, 3_000, 9_000, 27_000];
/** And those after them, for a server that is away. */
const LONGEST_WAIT_MS: DurationMs = 30_000;

type Outcome = 'sent' | 'refused' | 'failed' | 'unknown';

/** What the log says of an outcome that is none to be glad of. */
const LINES = {
  refused: 'a letter was refused for now',
  failed: 'a letter was refused for good',
  unknown: 'a letter may or may not have been sent',
} as const;

export class Handover {
  readonly #parts: HandoverParts;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /**
   * What the ledger says of a letter before anything is done for it. The mailer handles one letter
   * of a partition at a time, so an intent found here is one that nobody of this process is at.
   *
   * @returns true when the letter may be handed over
   */
  async isOpen(id: string): Promise<boolean> {
    const state = await this.#state(id);
    if (state === undefined || state === 'waiting') return true;
    await this.#leave(id, state);
    return false;
  }

  /** Returns when the letter's end is in the ledger. @throws Stopped */
  async send(id: string, letter: Letter): Promise<void> {
    if (!(await this.#claim(id))) return;
    let triesLeft = WAITS_MS.length;
    for (let waits = 0; ; waits += 1) {
      const sent = await this.#parts.post.send(letter);
      // A server that is away has said nothing about this letter: that costs no try.
      const isAway =
        sent.kind === 'refused' && (sent.stage === 'connect' || sent.stage === 'hello');
      if (!isAway) triesLeft -= 1;
      const outcome = outcomeOf(sent, triesLeft);
      this.#tell(id, sent, outcome);
      const detail = sent.kind === 'sent' ? '' : `${sent.stage} ${sent.reason}`;
      if (outcome !== 'refused') return this.#settle(id, outcome, detail);
      await this.#settle(id, 'waiting', detail);
      await this.#parts.patience.sleep(WAITS_MS[waits] ?? LONGEST_WAIT_MS);
      await this.#settle(id, 'intent', '');
    }
  }

  /** @returns true when the ledger now holds our intent */
  async #claim(id: string): Promise<boolean> {
    const { ledger, clock, patience } = this.#parts;
    patience.check();
    for (;;) {
      if (await patience.until(() => ledger.intend(id, clock.now()))) return true;
      const state = await this.#state(id);
      if (state === 'waiting') {
        await this.#settle(id, 'intent', '');
        return true;
      }
      if (state === undefined) continue;
      // Somebody else's intent, or our own whose writing was not answered: nobody can tell.
      await this.#leave(id, state);
      return false;
    }
  }

  /** Leaves a letter as it is; an intent without an end becomes `unknown` (invariant 2). */
  async #leave(id: string, state: LedgerState): Promise<void> {
    if (state !== 'intent') return;
    const sent = { kind: 'unknown', stage: 'restart', reason: 'intent' } as const;
    this.#tell(id, sent, 'unknown');
    await this.#settle(id, 'unknown', 'found after a restart');
  }

  async #state(id: string): Promise<LedgerState | undefined> {
    return this.#parts.patience.until(() => this.#parts.ledger.state(id));
  }

  async #settle(id: string, state: LedgerState, detail: string): Promise<void> {
    await this.#parts.patience.until(() => this.#parts.ledger.settle(id, state, detail));
  }

  #tell(mail: string, sent: Sent | Found, outcome: Outcome): void {
    const { figures, logger } = this.#parts;
    const stage = sent.kind === 'sent' ? 'dot' : sent.stage;
    figures.handovers.add(1, { outcome, stage });
    if (outcome === 'sent') logger.debug('a letter was sent', { mail });
    else
      logger.warn(LINES[outcome], { mail, stage, reason: sent.kind === 'sent' ? '' : sent.reason });
  }
}

/** An intent that was found without its end. */
interface Found {
  readonly kind: 'unknown';
  readonly stage: 'restart';
  readonly reason: string;
}

function outcomeOf(sent: Sent, triesLeft: number): Outcome {
  if (sent.kind !== 'refused') return sent.kind;
  return sent.permanent || triesLeft < 0 ? 'failed' : 'refused';
}
