import type { HttpResponse } from '../ports/http.ts';

/** What every answer bears. Nothing from elsewhere is loaded, run or framed. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const HTML = 'text/html; charset=utf-8';

export function answer(
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const common = { ...SECURITY_HEADERS, 'cache-control': 'no-store', 'content-type': type };
  return { status, headers: { ...common, ...headers }, body };
}

export function json(status: number, value: unknown): HttpResponse {
  return answer(status, 'application/json; charset=utf-8', `${JSON.stringify(value)}\n`);
}

export function html(page: string): HttpResponse {
  return answer(200, HTML, page);
}

/** A page that needs a policy of its own, and that nobody should find by searching. */
export function ownPage(status: number, page: string, policy: string): HttpResponse {
  const headers = { 'content-security-policy': policy, 'x-robots-tag': 'noindex' };
  return answer(status, HTML, page, headers);
}

/**
 * A letter's own HTML: it may bring its styles and pictures with it, and do nothing else; only our
 * own pages may frame it.
 */
export function foreignHtml(page: string): HttpResponse {
  const policy =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";
  return answer(200, HTML, page, { 'content-security-policy': policy });
}

/** An answer that says what is wrong and what to do about it. */
export function refusal(status: number, code: string, message: string, hint: string): HttpResponse {
  return { ...json(status, { success: false, code, message, hint }), code };
}
