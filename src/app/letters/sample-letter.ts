import type { Campaign } from '../../campaign/campaign.ts';
import { letterData, type LetterExtras } from '../../campaign/letter-data.ts';
import { fullRecipient, SAMPLE_CUSTOMER, sampleTrigger } from '../../campaign/sample.ts';
import type { Segment } from '../../rules/rule.ts';
import type { Rendered, Templates } from '../../roles/ports/mail.ts';

/**
 * A campaign's letter to somebody whom there is not, and of whom all is known.
 *
 * @throws ShoalError `template-failed` (refuse-input)
 */
export function sampleLetter(
  campaign: Campaign,
  segments: readonly Segment[],
  templates: Templates,
  extras: LetterExtras,
): Rendered {
  const recipient = fullRecipient(
    campaign,
    segments.map(({ rule }) => rule),
  );
  const trigger = sampleTrigger(campaign, recipient.attributes, true);
  const data = letterData(campaign, SAMPLE_CUSTOMER, recipient, trigger, extras);
  return templates.render(campaign.template, { ...data });
}
