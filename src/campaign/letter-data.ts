import type { CustomerId } from '../base/id.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { own } from '../base/json.ts';
import type { Campaign } from './campaign.ts';

/** What a template reads as `it`. */
export interface LetterData {
  /** All attributes, and the id. */
  readonly customer: JsonObject;
  /** Absent when no name is known. */
  readonly firstName?: string;
  /** What set the campaign off. */
  readonly trigger: Json;
  readonly campaign: Pick<Campaign, 'id' | 'name' | 'from'>;
}

export function letterData(
  campaign: Campaign,
  customer: CustomerId,
  attributes: JsonObject,
  trigger: Json,
): LetterData {
  const firstName = firstNameOf(attributes);
  const { id, name, from } = campaign;
  return {
    customer: { ...attributes, id: customer },
    ...(firstName !== '' && { firstName }),
    trigger,
    campaign: { id, name, from },
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
