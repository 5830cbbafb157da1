import type { CampaignId, CustomerId } from '../base/id.ts';
import type { Json } from '../base/json.ts';

/*
 * The links of a letter as they stand in its addresses: what somebody clicked, that they opened it,
 * that they want no more of it.
 *
 * 1. Nothing of the customer can be read from a token, not even that two are of one customer.
 * 2. The same link has the same token, so a letter that is written again is the same letter.
 * 3. A token that differs in one byte from one that was made here opens to nothing.
 * 4. What opens names an http or https address, or none.
 */

/** Of whose letter a link is. */
export interface LetterName {
  readonly customer: CustomerId;
  readonly campaign: CampaignId;
  readonly letter: string;
}

export type LinkKind = 'click' | 'open' | 'unsubscribe';

export type Link = LetterName &
  (
    | { readonly kind: 'click'; readonly url: string }
    | { readonly kind: Exclude<LinkKind, 'click'> }
  );

/** Hides bytes and vouches for them, deterministically; see the adapter for how. */
export interface Seal {
  /** @returns text of A to Z, a to z, 0 to 9, - and _ */
  seal(plain: Uint8Array): string;
  /** Never throws. @returns undefined for text that this secret has not sealed */
  open(text: string): Uint8Array | undefined;
}

/** So that a token stays below 2,048 characters, the longest address that all programs take. */
const PLAIN_BYTES_MAX = 1_450;

/** The places in this list are what is written: append only. */
const KINDS: readonly LinkKind[] = ['click', 'open', 'unsubscribe'];

/** @returns undefined when the link would be too long, or its target is no web address */
export function sealLink(seal: Seal, link: Link): string | undefined {
  const { kind, customer, campaign, letter } = link;
  const url = link.kind === 'click' ? [link.url] : [];
  if (!url.every(isWebAddress)) return undefined;
  const fields = [KINDS.indexOf(kind), customer, campaign, letter, ...url];
  const plain = new TextEncoder().encode(JSON.stringify(fields));
  return plain.length > PLAIN_BYTES_MAX ? undefined : seal.seal(plain);
}

/** Never throws. @returns undefined for a token that was changed, or is of another secret */
export function openLink(seal: Seal, token: string): Link | undefined {
  const plain = seal.open(token);
  if (plain === undefined) return undefined;
  const [code, customer, campaign, letter, url] = fieldsOf(plain);
  const kind = typeof code === 'number' ? KINDS[code] : undefined;
  if (kind === undefined || typeof customer !== 'string' || typeof campaign !== 'string')
    return undefined;
  if (typeof letter !== 'string') return undefined;
  const name = { customer, campaign, letter };
  if (kind !== 'click') return { kind, ...name };
  return typeof url === 'string' && isWebAddress(url) ? { kind, ...name, url } : undefined;
}

/** Whether a text is a whole address of http or https: not `javascript:`, `data:`, `mailto:`. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** What is not ours is no list, or one without what we look for. */
function fieldsOf(plain: Uint8Array): readonly Json[] {
  try {
    const fields: Json = JSON.parse(new TextDecoder().decode(plain));
    return Array.isArray(fields) ? fields : [];
  } catch {
    // Sealed by this secret, and yet not by this version.
    return [];
  }
}
