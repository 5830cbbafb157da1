import type { CampaignId, CustomerId } from '../../base/id.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { formatInstant, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { DEPTH_MAX, isPlainJson } from '../../wire/plain-json.ts';
import type { LetterEntry } from '../ports/ledger.ts';

/** What a letter was to be for: one wait that is over, or was ended early. */
export interface Occurrence {
  readonly letter: string;
  readonly customer: CustomerId;
  readonly campaign: CampaignId;
  readonly triggeredAt: EpochMs;
  /** Absent when the wait was ended early. */
  readonly dueAt?: EpochMs | undefined;
  readonly trigger?: Json | undefined;
}

/** A trigger with more characters of JSON is left out. */
const TRIGGER_LENGTH_MAX = 65_536;

/** How a letter ended, as an event of its customer. The same for the same entry, for ever. */
export function decidedEvent(occurrence: Occurrence, entry: LetterEntry): CustomerEvent {
  const { letter, campaign, triggeredAt, dueAt, trigger } = occurrence;
  const { state, stage, reason } = entry;
  return eventOf(occurrence, entry, 'Campaign Decided', `decided-${letter}`, {
    campaign_id: campaign,
    decision: state,
    reason: reason ?? 'due',
    ...(stage !== undefined && { stage }),
    letter_id: letter,
    triggered_at: formatInstant(triggeredAt),
    ...(dueAt !== undefined && { due_at: formatInstant(dueAt) }),
    ...(trigger !== undefined && isShort(trigger) && { trigger }),
  });
}

/** There is no such mailbox, as an event of its customer. */
export function bouncedEvent(occurrence: Occurrence, entry: LetterEntry): CustomerEvent {
  const { letter, campaign } = occurrence;
  const { reason = '' } = entry;
  const properties = { campaign_id: campaign, letter_id: letter, reason };
  return eventOf(occurrence, entry, 'Email Bounced', `bounced-${letter}`, properties);
}

function eventOf(
  { customer }: Occurrence,
  { at }: LetterEntry,
  event: string,
  messageId: string,
  properties: JsonObject,
): CustomerEvent {
  const type = 'track' as const;
  // It bears no `userId`: whoever is anonymous remains so.
  const anonymousId = customer;
  return { type, customer, anonymousId, messageId, at, event, properties, context: {} };
}

/** One level is ours. */
function isShort(trigger: Json): boolean {
  return (
    isPlainJson(trigger, DEPTH_MAX - 1) && JSON.stringify(trigger).length <= TRIGGER_LENGTH_MAX
  );
}
