import { randomUUID } from 'node:crypto';
import { smtpPost } from '../../adapters/smtp/post.ts';
import { ShoalError } from '../../base/error.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Rendered, Sent } from '../../roles/ports/mail.ts';
import type { Settings } from '../settings.ts';

const TIMEOUT_MS = 10_000;

/**
 * Sends a letter marked as a test, past every gate and past the ledger.
 *
 * @throws ShoalError `test-letter-failed` (retry)
 */
export async function sendTestLetter(
  { smtp, mail }: Settings,
  { from }: Campaign,
  { subject, html, text }: Rendered,
  address: string,
): Promise<void> {
  const { host, port, tls, user, password } = smtp;
  const post = smtpPost({
    host,
    port,
    tls,
    login: user === '' ? undefined : { user, password },
    dkim: mail.dkim,
    connectTimeoutMs: TIMEOUT_MS,
    silenceTimeoutMs: TIMEOUT_MS,
    letterTimeoutMs: 3 * TIMEOUT_MS,
  });
  const domain = from.address.slice(from.address.indexOf('@') + 1);
  const letter = { from, to: { name: '', address }, subject: `[test] ${subject}`, html, text };
  const sent = await post.send({ ...letter, messageId: `test-${randomUUID()}@${domain}` });
  post.close();
  if (sent.kind !== 'sent') throw failure(`${host}:${port}`, sent);
}

function failure(server: string, sent: Exclude<Sent, { kind: 'sent' }>): ShoalError {
  const how = sent.kind === 'refused' ? 'was refused' : 'may or may not have been sent';
  return new ShoalError({
    code: 'test-letter-failed',
    remedy: 'retry',
    message: `the test letter ${how} at stage "${sent.stage}": ${sent.reason}`,
    where: `smtp ${server}`,
    hint: 'look at smtp.host, smtp.port, smtp.tls and smtp.user of the settings',
  });
}
