import type { CampaignId, CustomerId } from '../../base/id.ts';
import { ShoalError } from '../../base/error.ts';
import { isObject, own } from '../../base/json.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { decide, type Recipient } from '../../campaign/decide.ts';
import { letterData } from '../../campaign/letter-data.ts';
import type { Due } from '../../engine/effect.ts';
import type { Query } from '../../wire/query.ts';
import { querySubject } from '../../wire/subject.ts';
import type { Bus } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Rendered, Templates } from '../ports/mail.ts';
import type { Figures } from './figures.ts';
import type { Handover } from './handover.ts';
import { mailId, messageId } from './mail-id.ts';
import type { Patience } from './patience.ts';

/*
 * Answers one wait that is over: asks who the customer is now, decides, writes the letter, hands it
 * over.
 *
 * 1. Every wait gets one decision, which is counted with its reason.
 * 2. What a letter says is true at the moment of sending, not at that of the trigger.
 */

export interface CorrespondenceParts {
  readonly bus: Bus;
  readonly templates: Templates;
  readonly campaigns: ReadonlyMap<CampaignId, Campaign>;
  readonly logger: Logger;
  readonly figures: Figures;
  readonly handover: Handover;
  readonly patience: Patience;
}

const ANSWER_TIMEOUT_MS = 2_000;

export class Correspondence {
  readonly #parts: CorrespondenceParts;

  constructor(parts: CorrespondenceParts) {
    this.#parts = parts;
  }

  /** Returns when the wait has its answer, or when an earlier reading of it had. @throws Stopped */
  async answer(partition: number, due: Due): Promise<void> {
    const { campaigns, handover, patience } = this.#parts;
    patience.check();
    const campaign = campaigns.get(due.campaign);
    if (campaign === undefined) return this.#skip(due, 'unknown-campaign');
    const id = mailId(due.campaign, due.customer, due.triggeredAt);
    if (!(await handover.isOpen(id))) return;
    const recipient = await this.#recipient(partition, due.customer);
    const decision = decide(recipient);
    if (decision.kind === 'skip') return this.#skip(due, decision.reason);
    const data = letterData(campaign, due.customer, recipient.attributes, due.trigger);
    const rendered = this.#render(campaign, { ...data });
    if (rendered === undefined) return this.#skip(due, 'template-failed');
    this.#count('send', 'due');
    const { from } = campaign;
    await handover.send(id, { ...rendered, messageId: messageId(id, from), from, to: decision.to });
  }

  /** What the owner of the customer's partition knows now. */
  async #recipient(partition: number, customer: CustomerId): Promise<Recipient> {
    const { bus, patience } = this.#parts;
    const query: Query = { type: 'attributes', customer };
    const question = new TextEncoder().encode(JSON.stringify(query));
    const bytes = await patience.until(() =>
      bus.request(querySubject(partition), question, ANSWER_TIMEOUT_MS).catch((error: unknown) => {
        throw notReady(error, partition);
      }),
    );
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const attributes = isObject(answer) ? own(answer, 'attributes') : undefined;
    if (!isObject(answer) || !isObject(attributes)) {
      throw new ShoalError({
        code: 'answer-unreadable',
        remedy: 'stop',
        message: `the owner of partition ${partition} answered with something else than attributes`,
        hint: 'run the same version of Shoal everywhere',
      });
    }
    return { known: own(answer, 'known') === true, attributes };
  }

  #render(campaign: Campaign, data: Readonly<Record<string, unknown>>): Rendered | undefined {
    try {
      return this.#parts.templates.render(campaign.template, data);
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code !== 'template-failed') throw error;
      const { code, message, where, hint } = error;
      this.#parts.logger.error(message, { code, campaign: campaign.id, where, hint });
      return undefined;
    }
  }

  #skip({ campaign }: Due, reason: string): void {
    this.#count('skip', reason);
    this.#parts.logger.debug('no letter', { campaign, reason });
  }

  #count(decision: 'send' | 'skip', reason: string): void {
    this.#parts.figures.decisions.add(1, { decision, reason });
  }
}

/** Our question is always the same: an owner that answers with an error is not ready for any. */
function notReady(error: unknown, partition: number): unknown {
  if (!(error instanceof ShoalError) || error.remedy === 'retry') return error;
  return new ShoalError({
    code: 'owner-not-ready',
    remedy: 'retry',
    message: `the owner of partition ${partition} does not answer questions: ${error.code}`,
    where: error.where,
    hint: "look at the owner's log",
    cause: error,
  });
}
