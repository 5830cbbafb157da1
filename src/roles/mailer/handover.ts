import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { capLimits } from '../../campaign/cap-limit.ts';
import type { MailPolicy } from '../../campaign/gates.ts';
import type { Zone } from '../../base/zone.ts';
import type { LetterEntry, LetterPlace, Suppressions } from '../ports/ledger.ts';
import type { Logger } from '../ports/logger.ts';
import type { Letter, Post, Sent } from '../ports/mail.ts';
import type { Figures } from './figures.ts';
import type { Line } from './flow/line.ts';
import type { Patience } from './flow/patience.ts';
import type { SteadyLedger } from './steady-ledger.ts';

/*
 * Hands one letter over, once, and writes into the ledger how it went.
 *
 * 1. Before the first byte leaves, the ledger holds our intent; who does not hold it does not send.
 *    The ledger gives it to one mailer only, and for longer than a handing over can take.
 * 2. An intent that is held no more and has no end is unknown: the letter may have arrived. It is
 *    never sent again, but for a transactional one: that once, under the same Message-ID.
 * 3. A letter is tried again only after a refusal, which says that the server does not have it, and
 *    between two tries the ledger says so, so that a restart, or another mailer, may go on.
 * 4. An end that somebody has written before us stays.
 */

export interface HandoverParts {
  readonly ledger: SteadyLedger;
  readonly suppressions: Suppressions;
  readonly post: Post;
  readonly policy: MailPolicy;
  /** Names this boot of the mailer: no other has the same. */
  readonly boot: string;
  /** How long an intent is ours, ms: longer than the post needs for a letter in the worst case. */
  readonly holdMs: DurationMs;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly patience: Patience;
  readonly line: Line;
}

/** A letter that may go out. */
export interface Order extends LetterPlace {
  readonly campaign: Pick<Campaign, 'id' | 'kind'>;
  readonly mail: Letter;
  /** The recipient's. */
  readonly zone: Zone;
  readonly now: EpochMs;
  /** The entry that was there when it was decided on. */
  readonly before: LetterEntry | undefined;
  /** How often it has waited for a next try in this boot. */
  readonly waits: number;
}

/** The end that stands in the ledger now; or in how long to look again. */
export type HandedOver =
  | { readonly kind: 'ended'; readonly entry: LetterEntry }
  | {
      readonly kind: 'later';
      readonly waitMs: DurationMs;
      /** It was tried, and refused for now. */
      readonly isTry?: boolean | undefined;
    };

/** The waits between the tries of a letter that is refused for now. */
const WAITS_MS: readonly DurationMs[] = [1_000, 3_000, 9_000, 27_000];
/** And those after them, for a server that is away. */
const LONGEST_WAIT_MS: DurationMs = 30_000;
/** Somebody else has just written: what, the next look shows. */
const SOON_MS: DurationMs = 20;
/** Somebody else is at the letter: they end it, or die, and then their hold does. */
export const LOOK_AGAIN_MS: DurationMs = 500;

export class Handover {
  readonly #parts: HandoverParts;
  #claims = 0;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /** @throws Stopped before anything has left */
  async send(order: Order): Promise<HandedOver> {
    const { patience, figures, line, post } = this.#parts;
    patience.check();
    const claimed = await this.#claim(order);
    if (claimed.kind === 'taken') return later(Math.min(claimed.heldMs, LOOK_AGAIN_MS));
    if (claimed.kind === 'refused') return this.end(order, 'skipped', { reason: claimed.reason });
    const { entry } = claimed;
    if (entry.tries === undefined) figures.decisions.add(1, { decision: 'send', reason: 'due' });
    const sent = await post.send(order.mail);
    line.note(!isAway(sent));
    return this.#conclude(order, entry, sent);
  }

  /**
   * Writes how a letter ended.
   *
   * @throws Stopped when the store is away, too
   */
  async end(
    { customer, letter, campaign, now, before }: End,
    how: LetterEntry['state'],
    given: Partial<LetterEntry>,
  ): Promise<HandedOver> {
    const { ledger, patience } = this.#parts;
    // What may have arrived the first time is not said to have failed.
    const state = before?.isRepeat === true && how !== 'sent' ? 'unknown' : how;
    const revision = (before?.revision ?? 0) + 1;
    const isMarketing = campaign.kind === 'marketing';
    const { stage, tries, writer, isRepeat } = before ?? {};
    const kept = { campaign: campaign.id, isMarketing, stage, tries, writer, isRepeat };
    const entry = { ...kept, ...given, state, at: now, revision };
    const there = await patience.until(() => ledger.put({ customer, letter, entry }));
    const isOurs = there.revision === revision && there.state === state;
    return isOurs ? { kind: 'ended', entry: there } : later(SOON_MS);
  }

  /** An intent that was found without its end, and is nobody's any more (invariant 2). */
  async giveUp(found: End): Promise<HandedOver> {
    const reached = { stage: 'restart', reason: 'intent' };
    this.#tell(found.letter, 'unknown', reached);
    return this.end(found, 'unknown', reached);
  }

  async #claim({ customer, letter, campaign, zone, now }: Order) {
    const { ledger, policy, boot, holdMs, patience } = this.#parts;
    const isMarketing = campaign.kind === 'marketing';
    const claim = {
      customer,
      letter,
      campaign: campaign.id,
      at: now,
      isMarketing,
      writer: `${boot}.${++this.#claims}`,
      holdMs,
      consent: isMarketing ? policy.consent : 'none',
      caps: isMarketing ? capLimits(policy.caps, now, zone) : [],
    } as const;
    return patience.until(() => ledger.claim(claim));
  }

  async #conclude(order: Order, before: LetterEntry, sent: Sent): Promise<HandedOver> {
    const { letter } = order;
    const ours = { ...order, before };
    if (sent.kind === 'sent') {
      this.#tell(letter, 'sent', { stage: 'dot' });
      return this.end(ours, 'sent', { stage: 'dot' });
    }
    const { stage, reason } = sent;
    const reached = { stage, reason };
    if (sent.kind === 'unknown') {
      this.#tell(letter, 'unknown', reached);
      if (before.isMarketing || before.isRepeat === true) return this.end(ours, 'unknown', reached);
      return this.#wait(order, before, { ...reached, isRepeat: true });
    }
    const tries = (before.tries ?? 0) + (isAway(sent) ? 0 : 1);
    if (!sent.permanent && tries <= WAITS_MS.length) {
      this.#tell(letter, 'refused', reached);
      return this.#wait(order, before, { ...reached, tries });
    }
    this.#tell(letter, 'failed', reached);
    if (sent.isBounce === true) await this.#suppress(order);
    return this.end(ours, 'failed', { ...reached, tries, isBounce: sent.isBounce });
  }

  async #wait(
    { customer, letter, waits, now }: Order,
    before: LetterEntry,
    given: Partial<LetterEntry>,
  ): Promise<HandedOver> {
    const { ledger, patience } = this.#parts;
    const waitMs = WAITS_MS[waits] ?? LONGEST_WAIT_MS;
    const state = 'waiting';
    const entry = { ...before, ...given, state, at: now, revision: before.revision + 1 } as const;
    await patience.until(() => ledger.put({ customer, letter, entry, holdMs: waitMs }));
    return { ...later(waitMs), isTry: true };
  }

  async #suppress({ mail, now }: Order): Promise<void> {
    const { suppressions, patience } = this.#parts;
    const suppression = { address: mail.to.address, reason: 'hard-bounce', at: now };
    await patience.until(() => suppressions.add(suppression));
  }

  #tell(
    mail: string,
    outcome: keyof typeof LINES | 'sent',
    { stage, reason }: Pick<LetterEntry, 'stage' | 'reason'>,
  ): void {
    const { figures, logger } = this.#parts;
    figures.handovers.add(1, { outcome, stage: stage ?? 'none' });
    if (outcome === 'sent') logger.debug('a letter was sent', { mail });
    else logger.warn(LINES[outcome], { mail, stage, reason });
  }
}

/** As much of an order as its end needs. */
export type End = Pick<Order, 'customer' | 'letter' | 'campaign' | 'now' | 'before'>;

/** What the log says of an outcome that is none to be glad of. */
const LINES = {
  refused: 'a letter was refused for now',
  failed: 'a letter was refused for good',
  unknown: 'a letter may or may not have been sent',
} as const;

/** A server that is away has said nothing about the letter: that costs no try. */
function isAway(sent: Sent): boolean {
  return sent.kind === 'refused' && (sent.stage === 'connect' || sent.stage === 'hello');
}

function later(waitMs: DurationMs): Extract<HandedOver, { kind: 'later' }> {
  return { kind: 'later', waitMs: Math.max(SOON_MS, waitMs) };
}
