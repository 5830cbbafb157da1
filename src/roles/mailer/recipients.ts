import { ShoalError } from '../../base/error.ts';
import type { CampaignId, CustomerId } from '../../base/id.ts';
import type { DurationMs } from '../../base/time.ts';
import type { Query, RecipientAnswer } from '../../wire/questions/query.ts';
import { readRecipientAnswer } from '../../wire/questions/recipient-answer.ts';
import { querySubject } from '../../wire/subject.ts';
import type { Bus } from '../ports/log.ts';

const ANSWER_TIMEOUT_MS: DurationMs = 2_000;

/**
 * What the owner of a partition knows of a recipient now.
 *
 * @throws ShoalError `no-answer`, `owner-not-ready` (retry), `answer-unreadable` (stop)
 */
export async function askForRecipient(
  bus: Bus,
  partition: number,
  customer: CustomerId,
  campaign: CampaignId,
): Promise<RecipientAnswer> {
  const query: Query = { type: 'recipient', customer, campaign };
  const question = new TextEncoder().encode(JSON.stringify(query));
  const subject = querySubject(partition);
  const bytes = await bus.request(subject, question, ANSWER_TIMEOUT_MS).catch((error: unknown) => {
    throw notReady(error, partition);
  });
  const answer = readRecipientAnswer(bytes);
  if (answer !== undefined) return answer;
  throw new ShoalError({
    code: 'answer-unreadable',
    remedy: 'stop',
    message: `the owner of partition ${partition} answered with something else than a recipient`,
    hint: 'run the same version of Shoal everywhere',
  });
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
