import type { Campaign } from '../../campaign/campaign.ts';
import { letterData, type LetterExtras } from '../../campaign/letter-data.ts';
import { revealTrigger } from '../../campaign/private-values.ts';
import { fullRecipient, SAMPLE_CUSTOMER, sampleTrigger } from '../../campaign/sample.ts';
import type { PrivateNames } from '../../rules/private/names.ts';
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
  { privateNames, ...extras }: LetterExtras & { readonly privateNames: PrivateNames },
): Rendered {
  const recipient = fullRecipient(
    campaign,
    segments.map(({ rule }) => rule),
  );
  const sample = sampleTrigger(campaign, recipient.attributes, true);
  const trigger = revealTrigger(sample, privateNames, recipient.attributes);
  const data = letterData(campaign, SAMPLE_CUSTOMER, recipient, trigger, extras);
  return templates.render(campaign.template, { ...data });
}
