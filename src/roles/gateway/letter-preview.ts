/*
 * A campaign's letter as one customer would get it now, without sending it.
 *
 * 1. Nothing is changed: no ledger is asked, no event is made.
 * 2. What set the campaign off is invented; all else is what the owner of the customer knows.
 */
import { ShoalError } from '../../base/error.ts';
import { partitionOf } from '../../base/hash.ts';
import type { CampaignId, CustomerId } from '../../base/id.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { letterData, type LetterExtras } from '../../campaign/letter-data.ts';
import { revealAttributes, revealTrigger } from '../../campaign/private-values.ts';
import { sampleTrigger } from '../../campaign/sample.ts';
import { didYouMean } from '../../rules/fault.ts';
import { NO_PRIVATE_NAMES } from '../../rules/private/names.ts';
import type { Query, RecipientAnswer } from '../../wire/questions/query.ts';
import { readRecipientAnswer } from '../../wire/questions/recipient-answer.ts';
import { querySubject } from '../../wire/subject.ts';
import type { PrivateValues } from '../ports/directory.ts';
import type { HttpRequest, HttpResponse } from '../ports/http.ts';
import type { Bus } from '../ports/log.ts';
import type { Rendered, Templates } from '../ports/mail.ts';
import { foreignHtml, html, refusal } from './answers.ts';
import { previewPage } from './preview-page.ts';

export interface LetterPreviewParts extends LetterExtras {
  readonly bus: Pick<Bus, 'request'>;
  readonly partitions: number;
  readonly campaigns: readonly Campaign[];
  readonly templates: Templates;
  /** Undefined: no attribute is private. */
  readonly privateValues?: PrivateValues | undefined;
}

export interface PreviewedLetter extends Rendered {
  readonly campaign: Campaign;
}

const ANSWER_TIMEOUT_MS = 2_000;

export class LetterPreview {
  readonly #parts: LetterPreviewParts;

  constructor(parts: LetterPreviewParts) {
    this.#parts = parts;
  }

  /**
   * @throws ShoalError `unknown-campaign`, `unknown-customer`, `template-failed` (refuse-input)
   * @throws ShoalError `no-answer`, `store-away` (retry), `answer-unreadable` (stop)
   */
  async letter(id: CampaignId, customer: CustomerId): Promise<PreviewedLetter> {
    const { campaigns, templates, privateValues } = this.#parts;
    const campaign = campaignOf(campaigns, id);
    const answer = await this.#recipient(id, customer);
    if (!answer.known) {
      throw new ShoalError({
        code: 'unknown-customer',
        remedy: 'refuse-input',
        message: `nobody has heard of the customer ${JSON.stringify(customer)}`,
        hint: 'a customer is known from their first event on; ids are compared exactly',
      });
    }
    const names = privateValues?.names ?? NO_PRIVATE_NAMES;
    const known = (await privateValues?.directory.get(customer)) ?? {};
    const recipient = { ...answer, attributes: revealAttributes(answer.attributes, names, known) };
    const sample = sampleTrigger(campaign, recipient.attributes, true);
    const trigger = revealTrigger(sample, names, known);
    const data = letterData(campaign, customer, recipient, trigger, this.#parts);
    return { campaign, ...templates.render(campaign.template, { ...data }) };
  }

  /**
   * Answers `/v1/campaigns/<id>/preview?customer=…`, and `…/preview/body` for the frame in it.
   *
   * @returns undefined for another path; the promise never rejects with a ShoalError
   */
  answer({ path, query }: HttpRequest): Promise<HttpResponse> | undefined {
    const [, id, body] = /^\/v1\/campaigns\/([^/]+)\/preview(\/body)?$/.exec(path) ?? [];
    return id === undefined
      ? undefined
      : this.#page(id, query.get('customer') ?? '', body !== undefined);
  }

  async #page(id: CampaignId, customer: CustomerId, isBody: boolean): Promise<HttpResponse> {
    if (customer === '') return CUSTOMER_MISSING;
    try {
      const letter = await this.letter(id, customer);
      return isBody ? foreignHtml(letter.html) : html(previewPage(letter, customer));
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      return refusal(statusOf(error), error.code, error.message, hintOf(error));
    }
  }

  async #recipient(campaign: CampaignId, customer: CustomerId): Promise<RecipientAnswer> {
    const { bus, partitions } = this.#parts;
    const partition = partitionOf(customer, partitions);
    const query: Query = { type: 'recipient', customer, campaign };
    const question = new TextEncoder().encode(JSON.stringify(query));
    const bytes = await bus.request(querySubject(partition), question, ANSWER_TIMEOUT_MS);
    const answer = readRecipientAnswer(bytes);
    if (answer !== undefined) return answer;
    throw new ShoalError({
      code: 'answer-unreadable',
      remedy: 'stop',
      message: `the owner of partition ${partition} answered with something else than a recipient`,
      hint: 'run the same version of Shoal everywhere',
    });
  }
}

/** @throws ShoalError `unknown-campaign` (refuse-input) */
export function campaignOf(campaigns: readonly Campaign[], id: CampaignId): Campaign {
  const campaign = campaigns.find((each) => each.id === id);
  if (campaign !== undefined) return campaign;
  const ids = campaigns.map((each) => each.id);
  throw new ShoalError({
    code: 'unknown-campaign',
    remedy: 'refuse-input',
    message: `there is no campaign ${JSON.stringify(id)}`,
    hint: didYouMean(id, ids) ?? `there are ${ids.join(', ') || 'none'}`,
  });
}

const CUSTOMER_MISSING = refusal(
  400,
  'customer-missing',
  'it is not said for whom the letter is to be shown',
  'add ?customer=<id>',
);

function statusOf({ code, remedy }: ShoalError): number {
  if (code === 'template-failed') return 422;
  if (remedy === 'refuse-input') return 404;
  return remedy === 'retry' ? 503 : 500;
}

function hintOf({ where, hint }: ShoalError): string {
  return [where, hint].filter((part) => part !== undefined).join('; ');
}
