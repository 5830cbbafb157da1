import type { Consent } from '../../ports/ledger.ts';
import type { HttpRequest } from '../../ports/http.ts';

/** What somebody wants, by a button of the page or by their mail program. */
export interface Wish {
  readonly state: Consent['state'];
  readonly isForAll: boolean;
  readonly source: 'page' | 'one-click';
  /** When the page was made, ms: tells a repeated request from somebody who thinks again. */
  readonly shownAt: string;
}

export type WishFault = 'too-large' | 'media-type' | 'no-choice';

/** The page's buttons. */
export const CHOICES = {
  all: { state: 'withdrawn', isForAll: true },
  campaign: { state: 'withdrawn', isForAll: false },
  'again-all': { state: 'given', isForAll: true },
  'again-campaign': { state: 'given', isForAll: false },
} as const satisfies Record<string, Pick<Wish, 'state' | 'isForAll'>>;

export type Choice = keyof typeof CHOICES;

/** Ours has a hundred bytes. */
const BODY_BYTES_MAX = 8_192;
/** RFC 8058, 3.2: a mail program sends one or the other. */
const MEDIA_TYPES = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;

/**
 * Reads a form. RFC 8058's own field stands above the page's.
 *
 * @throws what reading the body throws
 */
export async function readWish(request: HttpRequest): Promise<Wish | WishFault> {
  const type = request.headers.get('content-type') ?? '';
  if (!MEDIA_TYPES.test(type)) return 'media-type';
  const body = await request.body((bytes) => new Uint8Array(bytes));
  if (body.length > BODY_BYTES_MAX) return 'too-large';
  const fields = await formOf(type, body);
  const shown = fields?.get('shown');
  const shownAt = typeof shown === 'string' && /^\d{1,15}$/.test(shown) ? shown : '';
  if (fields?.get('List-Unsubscribe') === 'One-Click')
    return { state: 'withdrawn', isForAll: true, source: 'one-click', shownAt };
  const choice = fields?.get('choice');
  if (!isChoice(choice)) return 'no-choice';
  return { ...CHOICES[choice], source: 'page', shownAt };
}

function isChoice(value: unknown): value is Choice {
  return typeof value === 'string' && Object.hasOwn(CHOICES, value);
}

/** @returns undefined when the body is not what its type says */
async function formOf(type: string, body: Uint8Array): Promise<FormData | undefined> {
  try {
    return await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    return undefined;
  }
}
