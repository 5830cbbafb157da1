import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { Zone } from '../../base/zone.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { decide, type Decision } from '../../campaign/decide.ts';
import { addressOf, type MailPolicy } from '../../campaign/gates.ts';
import { letterData, type LetterExtras } from '../../campaign/letter-data.ts';
import { isBehind, revealAttributes, revealTrigger } from '../../campaign/private-values.ts';
import { ShoalError } from '../../base/error.ts';
import { own, type Json, type JsonObject } from '../../base/json.ts';
import type { Due } from '../../engine/effect.ts';
import { NO_PRIVATE_NAMES } from '../../rules/private/names.ts';
import type { RecipientAnswer } from '../../wire/questions/query.ts';
import type { PrivateValues } from '../ports/directory.ts';
import type { LedgerPage, Suppressions } from '../ports/ledger.ts';
import type { Bus } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Letter, Rendered, Templates } from '../ports/mail.ts';
import type { Links } from './links.ts';
import { messageId } from './mail-id.ts';
import { askForRecipient } from './recipients.ts';

/*
 * Decides on one letter and writes it.
 *
 * 1. What a letter says, and whether it is sent at all, follows from what is known now, not from
 *    what was known at the trigger.
 * 2. Nothing is written down here: a letter that is decided on has not begun.
 * 3. Private values come from the directory and go into the letter alone; without the directory
 *    there is no letter. Of two customers who have just become one it may hear later than we: then
 *    the letter waits for a while.
 */

export interface WriterParts {
  readonly bus: Bus;
  readonly suppressions: Suppressions;
  /** Undefined: no attribute is private. */
  readonly privateValues?: PrivateValues | undefined;
  readonly templates: Templates;
  /** Undefined: letters have no links of ours. */
  readonly links?: Links | undefined;
  readonly policy: MailPolicy;
  /** The zone of that name; the configured one where there is none. */
  readonly zoneOf: (name: unknown) => Zone;
  readonly segmentNames: LetterExtras['segmentNames'];
  readonly logger: Logger;
}

/** A letter as it would go out now, or why it would not. */
export type Written =
  | { readonly kind: 'letter'; readonly mail: Letter; readonly zone: Zone }
  | { readonly kind: 'skip'; readonly reason: string };

/** What the directory does not know by then has been lost. */
const BEHIND_MS_MAX: DurationMs = 30_000;

export class Writer {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** @throws ShoalError with the remedy `retry` while the owner or the store is away */
  async write(
    partition: number,
    due: Due,
    { campaign, letter, page, now, triedMs }: WriteOrder,
  ): Promise<Written> {
    const { bus, suppressions, policy, zoneOf } = this.#parts;
    const answer = await askForRecipient(bus, partition, due.customer, due.campaign);
    const { recipient, trigger } = await this.#reveal(due, answer, triedMs);
    const address = addressOf(recipient.attributes);
    const suppression = address === undefined ? undefined : await suppressions.find(address);
    const zone = zoneOf(own(recipient.attributes, 'timezone'));
    const { customer, at: dueAt } = due;
    const known = { now, zone, customer, campaign, policy, dueAt, letter, recipient, suppression };
    const decision = decide({ ...known, letters: page.letters, consents: page.consents });
    if (decision.kind === 'skip') return decision;
    const mail = this.#compose({ ...due, trigger }, campaign, letter, recipient, decision.to);
    return mail === undefined
      ? { kind: 'skip', reason: 'template-failed' }
      : { kind: 'letter', mail, zone };
  }

  async #reveal(
    { customer, trigger }: Due,
    answer: RecipientAnswer,
    triedMs: DurationMs,
  ): Promise<{ readonly recipient: RecipientAnswer; readonly trigger: Json }> {
    const { privateValues } = this.#parts;
    const names = privateValues?.names ?? NO_PRIVATE_NAMES;
    const known = answer.known ? ((await privateValues?.directory.get(customer)) ?? {}) : {};
    if (triedMs < BEHIND_MS_MAX && isBehind(answer.attributes, names, known)) throw behind();
    const attributes = revealAttributes(answer.attributes, names, known);
    return {
      recipient: { ...answer, attributes },
      trigger: revealTrigger(trigger, names, known),
    };
  }

  #compose(
    due: Due,
    campaign: Campaign,
    letter: string,
    recipient: RecipientAnswer,
    to: Extract<Decision, { kind: 'send' }>['to'],
  ): Letter | undefined {
    const { links, segmentNames, zoneOf } = this.#parts;
    const name = { customer: due.customer, campaign: campaign.id, letter };
    const unsubscribeUrl = links?.unsubscribeUrl(name);
    const extras = { zone: zoneOf(undefined), segmentNames, unsubscribeUrl };
    const data = letterData(campaign, due.customer, recipient, due.trigger, extras);
    const rendered = this.#render(campaign, { ...data });
    if (rendered === undefined) return undefined;
    const tracked = links?.track(rendered, name) ?? rendered;
    const { from } = campaign;
    return { ...tracked, messageId: messageId(letter, from), from, to, unsubscribeUrl };
  }

  #render({ id, template }: Campaign, data: JsonObject | object): Rendered | undefined {
    try {
      return this.#parts.templates.render(template, { ...data });
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code !== 'template-failed') throw error;
      const { code, message, where, hint } = error;
      this.#parts.logger.error(message, { code, campaign: id, where, hint });
      return undefined;
    }
  }
}

export interface WriteOrder {
  readonly campaign: Campaign;
  readonly letter: string;
  readonly page: LedgerPage;
  readonly now: EpochMs;
  /** For how long it has been tried to write it. */
  readonly triedMs: DurationMs;
}

function behind(): ShoalError {
  return new ShoalError({
    code: 'directory-behind',
    remedy: 'retry',
    message: 'the directory does not know yet what is private of a recipient',
    hint: 'is a relay running?',
  });
}
