import type { Nats } from '../../adapters/nats/connect.ts';
import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import { RedisLedger } from '../../adapters/redis/ledger.ts';
import { RedisSuppressions } from '../../adapters/redis/suppressions.ts';
import { ShoalError } from '../../base/error.ts';
import { partitionOf } from '../../base/hash.ts';
import type { CustomerId, SegmentId } from '../../base/id.ts';
import { own } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Zone } from '../../base/zone.ts';
import { decide } from '../../campaign/decide.ts';
import { revealAttributes } from '../../campaign/private-values.ts';
import type { CampaignExplanation, Explanation } from '../../engine/explain/explanation.ts';
import { mailId } from '../../roles/mailer/mail-id.ts';
import type { RecipientAnswer } from '../../wire/questions/query.ts';
import type { Settings } from '../settings.ts';
import { zoneOf } from '../zone.ts';
import { ask, askIfKnown } from './ask.ts';
import type { CampaignAnswer } from './campaign-lines.ts';
import { lastEffect } from './last-effect.ts';
import type { SegmentAnswer } from './segment-lines.ts';
import { withRedis } from './servers.ts';

export type WhyAnswer = SegmentAnswer | CampaignAnswer;

/**
 * Finds out why a customer is in a segment, and where they stand in a campaign: whichever has the
 * name, or both.
 *
 * @throws ShoalError `unknown-name` (refuse-input), `no-answer`, `store-away` (retry)
 */
export async function inquire(
  nats: Nats,
  settings: Settings,
  customer: CustomerId,
  name: string,
  now: EpochMs,
  signal: AbortSignal,
): Promise<WhyAnswer[]> {
  const partition = partitionOf(customer, settings.partitions);
  const [ofSegment, ofCampaign] = await Promise.all([
    askIfKnown(nats.bus, partition, { type: 'explain', customer, segment: name }),
    askIfKnown(nats.bus, partition, { type: 'explain', customer, campaign: name }),
  ]);
  const answers: WhyAnswer[] = [];
  if (ofSegment !== undefined && 'segment' in ofSegment) {
    answers.push(await segmentAnswer(nats, partition, ofSegment, signal));
  }
  if (ofCampaign !== undefined && 'campaign' in ofCampaign) {
    const recipient = await ask(nats.bus, partition, {
      type: 'recipient',
      customer,
      campaign: name,
    });
    answers.push(await campaignAnswer(settings, ofCampaign, recipient, now));
  }
  if (answers.length === 0) throw unknownName(name);
  return answers;
}

async function segmentAnswer(
  { log }: Nats,
  partition: number,
  explanation: Explanation,
  signal: AbortSignal,
): Promise<SegmentAnswer> {
  const { customer, segment, known, isMember } = explanation;
  if (!known) return { kind: 'segment', explanation };
  const wanted = isMember ? 'entry' : 'exit';
  const { effect, backTo } = await lastEffect(
    log,
    partition,
    (one) => one.kind === wanted && one.customer === customer && isOf(one, segment),
    signal,
  );
  const since = effect && { at: effect.at, why: effect.why };
  return { kind: 'segment', explanation, since, readBackTo: since ? undefined : backTo };
}

function isOf(effect: object, segment: SegmentId): boolean {
  return 'segment' in effect && effect.segment === segment;
}

async function campaignAnswer(
  settings: Settings,
  explanation: CampaignExplanation,
  recipient: RecipientAnswer,
  now: EpochMs,
): Promise<CampaignAnswer> {
  const { customer, definition: campaign, wait } = explanation;
  const names = settings.privateAttributes;
  const { page, suppression, attributes } = await withRedis(settings, 'why', async (redis) => {
    const suppressions = new RedisSuppressions(redis, settings.cluster);
    const directory = new RedisDirectory(redis, settings.cluster);
    const known = names.size === 0 ? {} : await directory.get(customer);
    const revealed = revealAttributes(recipient.attributes, names, known);
    const address = own(revealed, 'email');
    return {
      page: await new RedisLedger(redis, settings.cluster).page(customer),
      suppression: typeof address === 'string' ? await suppressions.find(address) : undefined,
      attributes: revealed,
    };
  });
  const decision = decide({
    now,
    zone: zoneOfRecipient(recipient, settings.timezone, now),
    customer,
    campaign,
    policy: settings.mail,
    dueAt: wait === undefined ? now : Math.min(wait.dueAt, now),
    letter: wait === undefined ? '' : mailId(campaign.id, customer, wait.triggeredAt),
    recipient: { ...recipient, attributes },
    isAddressPrivate: names.has('email'),
    suppression,
    ...page,
  });
  const letters = Array.from(page.letters, ([letter, entry]) => ({ letter, ...entry }));
  letters.sort((a, b) => b.at - a.at);
  return { kind: 'campaign', explanation, decision, letters };
}

/** As the mailer has it: the recipient's own where they have one that is known. */
function zoneOfRecipient({ attributes }: RecipientAnswer, usual: string, now: EpochMs): Zone {
  const named = own(attributes, 'timezone');
  if (typeof named !== 'string') return zoneOf(usual, now);
  try {
    return zoneOf(named, now);
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'unknown-timezone') return zoneOf(usual, now);
    throw error;
  }
}

function unknownName(name: string): ShoalError {
  return new ShoalError({
    code: 'unknown-name',
    remedy: 'refuse-input',
    message: `the definitions in force have neither a segment nor a campaign "${name}"`,
    hint: 'an id is the name of its file; definitions that have just changed take a moment',
  });
}
