import type { CampaignId } from '../../base/id.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Cancelled, Due } from '../../engine/effect.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { DecisionLog } from './decision-log.ts';
import type { Figures } from './figures.ts';
import { LOOK_AGAIN_MS, type End, type HandedOver, type Handover } from './handover.ts';
import { mailId } from './mail-id.ts';
import type { Patience } from './flow/patience.ts';
import type { Line } from './flow/line.ts';
import type { Pace, Slots } from './flow/slots.ts';
import type { SteadyLedger } from './steady-ledger.ts';
import type { WriteOrder, Writer, Written } from './writer.ts';

/*
 * Answers one wait that has ended: with a letter, or with the reason for none.
 *
 * 1. Every wait gets one decision, which is counted with its reason and told in the log.
 * 2. What the ledger says of a letter goes before what would be decided now.
 * 3. Each try is decided anew; a letter that has waited for a connection too long, too.
 * 4. Who waits for the next try, for an owner or for the store holds no connection.
 */

export interface CorrespondenceParts {
  readonly campaigns: ReadonlyMap<CampaignId, Campaign>;
  readonly ledger: SteadyLedger;
  readonly writer: Writer;
  readonly handover: Handover;
  readonly decisions: DecisionLog;
  /** The connections to the mail server. */
  readonly connections: Slots;
  readonly pace: Pace;
  readonly line: Line;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly figures: Figures;
}

/** What was decided so long ago is decided again before it is handed over. */
const FRESH_MS: DurationMs = 5_000;

/** A wait that has ended: it is over, or one of its campaign's `until` has happened. */
export type Ended = Due | Cancelled;

/** A letter that is being tried. */
interface Tried {
  readonly letter: string;
  readonly since: EpochMs;
}

/** A letter that nothing in the ledger bars, and what was decided on it. */
interface Look {
  readonly kind: 'open';
  readonly written: Written;
  readonly place: End;
  readonly lookedAt: EpochMs;
}

export class Correspondence {
  readonly #parts: CorrespondenceParts;

  constructor(parts: CorrespondenceParts) {
    this.#parts = parts;
  }

  /**
   * Returns when the wait has its answer, or when an earlier reading of it had.
   *
   * @param desk where letters of this partition are decided on, so many at a time
   * @throws Stopped
   */
  async answer(partition: number, ended: Ended, desk: Slots): Promise<void> {
    const { patience, decisions, clock } = this.#parts;
    const { campaign, customer, triggeredAt } = ended;
    const letter = mailId(campaign, customer, triggeredAt);
    const tried = { letter, since: clock.now() };
    for (let waits = 0; ;) {
      const outcome = await patience.until(() =>
        desk.use(() => this.#attempt(partition, ended, tried, waits)),
      );
      if (outcome.kind === 'ended') {
        const { at: dueAt, trigger } = ended.kind === 'due' ? ended : {};
        const occurrence = { letter, customer, campaign, triggeredAt, dueAt, trigger };
        return decisions.tell(partition, occurrence, outcome.entry);
      }
      if (outcome.isTry === true) waits += 1;
      await patience.sleep(outcome.waitMs);
    }
  }

  async #attempt(
    partition: number,
    ended: Ended,
    tried: Tried,
    waits: number,
  ): Promise<HandedOver> {
    const { patience, connections, line, pace, clock, handover } = this.#parts;
    patience.check();
    if (line.downMs > 0) return { kind: 'later', waitMs: line.downMs };
    const first = await this.#look(partition, ended, tried);
    if (first.kind !== 'open') return first;
    if (first.written.kind === 'skip') return this.#skip(first.place, first.written.reason);
    return connections.use(async () => {
      await pace.turn();
      if (line.downMs > 0) return { kind: 'later', waitMs: line.downMs };
      const isFresh = clock.now() - first.lookedAt <= FRESH_MS;
      const look = isFresh ? first : await this.#look(partition, ended, tried);
      if (look.kind !== 'open') return look;
      const { written, place } = look;
      if (written.kind === 'skip') return this.#skip(place, written.reason);
      return handover.send({ ...place, ...written, waits });
    });
  }

  async #look(partition: number, ended: Ended, tried: Tried): Promise<Look | HandedOver> {
    const { campaigns, ledger, clock, handover } = this.#parts;
    const { customer } = ended;
    const { letter, since } = tried;
    const page = await ledger.page(customer);
    const before = page.letters.get(letter);
    const now = Math.max(clock.now(), ended.at);
    const campaign = campaigns.get(ended.campaign);
    const { id, kind } = campaign ?? { id: ended.campaign, kind: 'marketing' };
    const place: End = { customer, letter, campaign: { id, kind }, now, before };
    if (before !== undefined) {
      if (before.state !== 'intent' && before.state !== 'waiting')
        return { kind: 'ended', entry: before };
      const heldMs = (before.heldUntil ?? 0) - page.readAt;
      if (heldMs > 0) return { kind: 'later', waitMs: Math.min(heldMs, LOOK_AGAIN_MS) };
      const isOver = before.isMarketing || before.isRepeat === true;
      if (before.state === 'intent' && isOver) return handover.giveUp(place);
    }
    const triedMs = clock.now() - since;
    const order = { campaign, letter, page, now, triedMs };
    const written = await this.#write(partition, ended, order);
    // It may have been sent, and is not to be sent again.
    if (before?.state === 'intent' && written.kind === 'skip') return handover.giveUp(place);
    return { kind: 'open', written, place, lookedAt: clock.now() };
  }

  async #write(
    partition: number,
    ended: Ended,
    { campaign, ...order }: Omit<WriteOrder, 'campaign'> & { campaign: Campaign | undefined },
  ): Promise<Written> {
    if (ended.kind === 'cancelled') return { kind: 'skip', reason: 'cancelled' };
    if (campaign === undefined) return { kind: 'skip', reason: 'unknown-campaign' };
    return this.#parts.writer.write(partition, ended, { ...order, campaign });
  }

  #skip(place: End, reason: string): Promise<HandedOver> {
    const { figures, logger, handover } = this.#parts;
    figures.decisions.add(1, { decision: 'skip', reason });
    logger.debug('no letter', { campaign: place.campaign.id, reason });
    return handover.end(place, 'skipped', { reason });
  }
}
