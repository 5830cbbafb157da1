import type { HttpRequest } from '../../ports/http.ts';

/*
 * What a request shows of who makes it: a person, a program that looks ahead, or a proxy that
 * fetches pictures for people. Senders write these headers: they are hints, never proofs.
 */

/** What browsers and mail programs say when they fetch before anybody has asked. */
const AHEAD_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;
const AHEAD = /prefetch|preview|prerender/i;

/** Programs that show previews of addresses, or look for harm there. Phones by Cubot are none. */
const PREVIEWERS = /(?<!cu)bot\b|crawler|spider|preview\b|facebookexternalhit|slackbot|whatsapp/i;

/** The proxies of mail programs, by the names that they give; in `via`, too. */
const PROXIES = /GoogleImageProxy|YahooMailProxy/i;
/** Apple's Mail Privacy Protection says this and no more. */
const APPLE_PROXY = 'Mozilla/5.0';

/** Whether nobody has asked for it yet: such a visit is no click and no opening. */
export function looksAhead({ headers }: HttpRequest): boolean {
  if (AHEAD_HEADERS.some((name) => AHEAD.test(headers.get(name) ?? ''))) return true;
  return PREVIEWERS.test(headers.get('user-agent') ?? '');
}

/** Whether a picture is fetched by a proxy, which may do so though nobody reads the letter. */
export function comesByProxy({ headers }: HttpRequest): boolean {
  const agent = headers.get('user-agent')?.trim() ?? '';
  if (agent === '' || agent === APPLE_PROXY) return true;
  return PROXIES.test(agent) || PROXIES.test(headers.get('via') ?? '');
}
