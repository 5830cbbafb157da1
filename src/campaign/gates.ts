import type { CustomerId } from '../base/id.ts';
import { own, type JsonObject } from '../base/json.ts';
import { murmur3 } from '../base/murmur.ts';
import { formatInstant, SECOND_MS, type EpochMs } from '../base/time.ts';
import { minuteOfDayAt, type Zone } from '../base/zone.ts';
import { isAddress } from './address.ts';
import type { Campaign } from './campaign.ts';
import { capLimits, countAgainst, limitWords, type CountedLetter } from './cap-limit.ts';
import type { FrequencyCap } from './frequency-cap.ts';
import { isQuiet } from './quiet-hours.ts';

/*
 * The gates of a letter: each looks at the moment of sending and lets it pass or says why not.
 *
 * 1. A gate depends on nothing but the situation.
 * 2. What a gate says is for people, and may name the customer's address: it is shown to who asks
 *    about this customer, and never logged.
 */

/** Why somebody gets no letter; the label of a metric, so a short list. */
export type SkipReason =
  | 'unknown-customer'
  | 'no-address'
  | 'bad-address'
  | 'suppressed'
  | 'unsubscribed'
  | 'no-consent'
  | 'no-longer-true'
  | 'holdout'
  | 'frequency-cap'
  | 'quiet-hours'
  | 'too-old';

/** What holds for all campaigns. */
export interface MailPolicy {
  /** Whether marketing goes to who has not refused it, or only to who has asked for it. */
  readonly consent: 'opt-out' | 'opt-in';
  readonly caps: readonly FrequencyCap[];
}

/** Everything that a decision follows from. */
export interface Situation {
  readonly now: EpochMs;
  /** The recipient's time zone. */
  readonly zone: Zone;
  readonly customer: CustomerId;
  readonly campaign: Campaign;
  readonly policy: MailPolicy;
  /** When the wait was over. */
  readonly dueAt: EpochMs;
  /** The name of the letter that is decided on. */
  readonly letter: string;
  readonly recipient: {
    /** False for a customer nobody has heard of. */
    readonly known: boolean;
    readonly attributes: JsonObject;
    /** Whether the campaign's condition holds. */
    readonly holds: boolean;
  };
  /** The address is not for everybody's eyes: no words show it. */
  readonly isAddressPrivate?: boolean | undefined;
  /** Of the recipient's address. */
  readonly suppression?: { readonly reason: string; readonly at: EpochMs } | undefined;
  readonly letters: ReadonlyMap<string, CountedLetter>;
  /** By campaign, `*` for all of them. */
  readonly consents: ReadonlyMap<string, { readonly state: 'given' | 'withdrawn' }>;
}

/** What a gate has seen; without a reason the letter passes. */
export interface Look {
  readonly reason?: SkipReason | undefined;
  readonly words: string;
}

/** The address that the address gate has looked at; undefined for what is none. */
export function addressOf(attributes: JsonObject): string | undefined {
  const address = own(attributes, 'email');
  return typeof address === 'string' && isAddress(address) ? address : undefined;
}

export function lookAtAddress({ recipient, isAddressPrivate = false }: Situation): Look {
  const { known, attributes } = recipient;
  if (!known) return { reason: 'unknown-customer', words: 'nobody has heard of the customer' };
  const address = own(attributes, 'email');
  if (address === undefined || address === null || address === '') {
    return { reason: 'no-address', words: 'the attribute "email" is missing' };
  }
  const plain = addressOf(attributes);
  if (plain !== undefined) {
    return { words: isAddressPrivate ? 'there is an address' : `the address is ${plain}` };
  }
  const shown = isAddressPrivate ? 'it is private' : JSON.stringify(address);
  const words = `the attribute "email" is not one plain address: ${shown}`;
  return { reason: 'bad-address', words };
}

export function lookAtSuppression({ suppression }: Situation): Look {
  if (suppression === undefined) return { words: 'the address is not suppressed' };
  const { reason, at } = suppression;
  return {
    reason: 'suppressed',
    words: `the address is suppressed: ${reason}, ${formatInstant(at)}`,
  };
}

export function lookAtConsent({ campaign, policy, consents }: Situation): Look {
  if (campaign.kind === 'transactional') return { words: 'a transactional letter needs none' };
  const states = ['*', campaign.id].map((scope) => consents.get(scope)?.state);
  const withdrawn = states.indexOf('withdrawn');
  if (withdrawn >= 0) {
    const scope = withdrawn === 0 ? 'all letters' : `the campaign "${campaign.id}"`;
    return { reason: 'unsubscribed', words: `has unsubscribed from ${scope}` };
  }
  if (states.includes('given')) return { words: 'has agreed to it' };
  if (policy.consent === 'opt-out') return { words: 'has not refused it' };
  return { reason: 'no-consent', words: 'has not agreed to it, and who has not gets none' };
}

export function lookAtCondition({ campaign, recipient }: Situation): Look {
  if (campaign.condition === undefined) return { words: 'the campaign asks for nothing more' };
  if (recipient.holds) return { words: "the campaign's condition holds" };
  return { reason: 'no-longer-true', words: "the campaign's condition does not hold" };
}

/** The share is spread by hash, so that a customer who is held out of a campaign stays so. */
export function lookAtHoldout({ campaign, customer }: Situation): Look {
  const { id, holdoutPercent } = campaign;
  if (holdoutPercent === 0) return { words: 'nobody is held out' };
  const place = (murmur3(`holdout\n${id}\n${customer}`) / 2 ** 32) * 100;
  const words = `place ${place.toFixed(3)} of 100, those below ${holdoutPercent} get nothing`;
  return place < holdoutPercent ? { reason: 'holdout', words } : { words };
}

export function lookAtCaps({ campaign, policy, now, zone, letters, letter }: Situation): Look {
  if (campaign.kind === 'transactional') return { words: 'a transactional letter counts for none' };
  const seen: string[] = [];
  for (const limit of capLimits(policy.caps, now, zone)) {
    const count = countAgainst(limit, letters, letter);
    const words = limitWords(limit, count);
    if (count >= limit.max) return { reason: 'frequency-cap', words };
    seen.push(words);
  }
  return { words: seen.length === 0 ? 'there is none' : seen.join('; ') };
}

export function lookAtQuietHours({ campaign: { quietHours }, now, zone }: Situation): Look {
  if (quietHours === undefined) return { words: 'there are none' };
  const { fromMinute, toMinute } = quietHours;
  const minute = minuteOfDayAt(zone, now);
  const words =
    `${timeOfDay(minute)} in ${zone.name}, ` +
    `quiet from ${timeOfDay(fromMinute)} to ${timeOfDay(toMinute)}`;
  return isQuiet(quietHours, minute) ? { reason: 'quiet-hours', words } : { words };
}

export function lookAtAge({ campaign: { ageMaxMs }, now, dueAt }: Situation): Look {
  const ageMs = Math.max(0, now - dueAt);
  const words = `due ${ageMs / SECOND_MS} s ago, at most ${ageMaxMs / SECOND_MS} s are allowed`;
  return ageMs > ageMaxMs ? { reason: 'too-old', words } : { words };
}

function timeOfDay(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
}
