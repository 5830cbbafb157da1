import type { CustomerId, SegmentId } from '../base/id.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { own } from '../base/json.ts';
import type { Zone } from '../base/zone.ts';
import type { Campaign } from './campaign.ts';
import { formatDate, formatMoney } from './letter-format.ts';

/** What a template reads as `it`. What may be missing is absent, never null. */
export interface LetterData {
  /** All attributes, and the id. */
  readonly customer: JsonObject;
  /** Absent when no name is known. */
  readonly firstName?: string;
  /** What set the campaign off. */
  readonly trigger: Json;
  /** The segment that set the campaign off; absent when it was something else. */
  readonly segment?: { readonly id: SegmentId; readonly name: string };
  /** Latest first; empty when there are none. */
  readonly orders: readonly Json[];
  readonly viewed: readonly Json[];
  /** That of the first of the campaign's offers that is for the recipient; absent for none. */
  readonly offer?: Json;
  readonly campaign: Pick<Campaign, 'id' | 'name' | 'kind' | 'from'>;
  /** Absent where no links can be made, as in a preview without an address of the gateway. */
  readonly unsubscribeUrl?: string;
  /** An amount and the code of its currency: `1 990 ₽`. */
  readonly money: (amount: unknown, currency?: unknown) => string;
  /** An instant or a date in the configured zone: `27 November 2026`. */
  readonly date: (value: unknown, pattern?: string) => string;
}

/** What is known of the recipient now; a `RecipientAnswer` of an owner is one. */
export interface LetterRecipient {
  readonly attributes: JsonObject;
  /** Of those that the campaign's offers name. */
  readonly segments: readonly SegmentId[];
  readonly orders: readonly Json[];
  readonly viewed: readonly Json[];
}

export interface LetterExtras {
  /** The configured zone. */
  readonly zone: Zone;
  /** What people call the segments. */
  readonly segmentNames: ReadonlyMap<SegmentId, string>;
  readonly unsubscribeUrl?: string | undefined;
}

export function letterData(
  campaign: Campaign,
  customer: CustomerId,
  recipient: LetterRecipient,
  trigger: Json,
  extras: LetterExtras,
): LetterData {
  const { attributes, segments, orders, viewed } = recipient;
  const { zone, segmentNames, unsubscribeUrl } = extras;
  const firstName = firstNameOf(attributes);
  const { id, name, kind, from, when } = campaign;
  const offer = campaign.offers.find(
    ({ segment }) => segment === undefined || segments.includes(segment),
  );
  return {
    customer: { ...attributes, id: customer },
    ...(firstName !== '' && { firstName }),
    trigger,
    ...('segment' in when && {
      segment: { id: when.segment, name: segmentNames.get(when.segment) ?? when.segment },
    }),
    orders,
    viewed,
    ...(offer !== undefined && { offer: offer.offer }),
    campaign: { id, name, kind, from },
    ...(unsubscribeUrl !== undefined && { unsubscribeUrl }),
    money: formatMoney,
    date: (value, pattern) => formatDate(zone, value, pattern),
  };
}

/** The whole name, for the envelope; empty when none is known. */
export function nameOf(attributes: JsonObject): string {
  return nameIn(attributes, 'name') || firstNameOf(attributes);
}

/** The first word of `name` where no first name is given. */
function firstNameOf(attributes: JsonObject): string {
  const given = nameIn(attributes, 'first_name') || nameIn(attributes, 'firstName');
  return given || (nameIn(attributes, 'name').split(' ')[0] ?? '');
}

const NAME_LENGTH_MAX = 100;

/** A name on one line: line breaks and control characters become spaces. */
function nameIn(attributes: JsonObject, key: string): string {
  const value = own(attributes, key);
  if (typeof value !== 'string') return '';
  const line = value.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return Array.from(line).slice(0, NAME_LENGTH_MAX).join('');
}
