import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import { answer } from '../answers.ts';
import type { ApiKey } from './key.ts';

/*
 * Pages of other origins may send with public keys (the Fetch standard, "CORS protocol"). A browser
 * asks first, without the key: what any of the public keys allows is allowed then, and the key's
 * own origins decide when it comes. Cookies are never asked for.
 */

/** How long a browser may remember the answer; longer is not heeded by all. */
const MAX_AGE_S = 7_200;

/**
 * The answer as pages may read it.
 *
 * @param keys whose the request is, or all there are while that is not known
 */
export function withCors(
  response: HttpResponse,
  request: HttpRequest,
  keys: readonly ApiKey[],
): HttpResponse {
  const allowed = allowedOrigin(request, keys);
  if (allowed === undefined) return response;
  const cors = {
    'access-control-allow-origin': allowed,
    // Without it the SDKs cannot read how long they are to wait.
    'access-control-expose-headers': 'retry-after',
    'cross-origin-resource-policy': 'cross-origin',
    ...(allowed === '*' ? {} : { vary: 'origin' }),
  };
  return { ...response, headers: { ...response.headers, ...cors } };
}

/** The answer to a browser that asks whether a page may send. */
export function preflight(request: HttpRequest, keys: readonly ApiKey[]): HttpResponse {
  const response = answer(200, 'text/plain; charset=utf-8', '', {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, x-retry-count, x-write-key',
    'access-control-max-age': String(MAX_AGE_S),
  });
  return withCors(response, request, keys);
}

/** @returns undefined when the page may not, or when no page asks */
function allowedOrigin(request: HttpRequest, keys: readonly ApiKey[]): string | undefined {
  const origin = request.headers.get('origin');
  if (origin === undefined) return undefined;
  const publicKeys = keys.filter(({ kind }) => kind === 'public');
  if (publicKeys.some(({ origins }) => origins === undefined)) return '*';
  return publicKeys.some(({ origins }) => origins?.has(origin)) ? origin : undefined;
}
