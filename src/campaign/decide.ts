import type { JsonObject } from '../base/json.ts';
import { own } from '../base/json.ts';
import { nameOf } from './letter-data.ts';

/** Why somebody gets no letter; the label of a metric, so a short list. */
export type SkipReason = 'unknown-customer' | 'no-address' | 'bad-address';

export type Decision =
  | { readonly kind: 'send'; readonly to: { readonly name: string; readonly address: string } }
  | { readonly kind: 'skip'; readonly reason: SkipReason };

/** What is known of a customer at the moment of sending. */
export interface Recipient {
  /** False for a customer nobody has heard of. */
  readonly known: boolean;
  readonly attributes: JsonObject;
}

/** Decides whether a letter that is due goes out, and to which address; the gates in order. */
export function decide(recipient: Recipient): Decision {
  if (!recipient.known) return { kind: 'skip', reason: 'unknown-customer' };
  const address = own(recipient.attributes, 'email');
  if (address === undefined || address === '') return { kind: 'skip', reason: 'no-address' };
  if (typeof address !== 'string' || !isAddress(address)) {
    return { kind: 'skip', reason: 'bad-address' };
  }
  return { kind: 'send', to: { name: nameOf(recipient.attributes), address } };
}

const ADDRESS =
  /^[^\s\p{Cc}@<>()[\]\\,;:"]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]*[\p{L}\p{M}\p{N}])?$/u;
const ADDRESS_LENGTH_MAX = 254;

/**
 * Stricter than RFC 5321: one @, and nothing that an address list or a command could be made of.
 * Quoted local parts and address literals are refused: nobody has them, and they hide tricks.
 */
export function isAddress(text: string): boolean {
  return text.length <= ADDRESS_LENGTH_MAX && ADDRESS.test(text) && !text.includes('..');
}
