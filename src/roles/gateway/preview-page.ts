import type { CustomerId } from '../../base/id.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Rendered } from '../ports/mail.ts';
import { escapeHtml } from './escape.ts';
import { shell } from './inbox-page.ts';

/** A letter that was not sent, in the frame in which the inbox shows letters that were. */
export function previewPage(
  letter: Rendered & { readonly campaign: Campaign },
  customer: CustomerId,
): string {
  const { campaign, subject, text } = letter;
  const { name, address } = campaign.from;
  const body = `/v1/campaigns/${campaign.id}/preview/body?customer=${encodeURIComponent(customer)}`;
  return shell(
    subject,
    '',
    `<p>A preview of <b>${escapeHtml(campaign.name)}</b>. Nothing was sent.</p>
<h1>${escapeHtml(subject)}</h1>
<dl><dt>From</dt><dd>${escapeHtml(`${name} <${address}>`)}</dd>
<dt>To</dt><dd>${escapeHtml(customer)}</dd></dl>
<iframe sandbox title="The letter" src="${escapeHtml(body)}"></iframe>
<details><summary>As plain text</summary><pre>${escapeHtml(text)}</pre></details>`,
  );
}
