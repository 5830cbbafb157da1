import type { ShoalError } from '../../../base/error.ts';
import type { HttpResponse } from '../../ports/http.ts';
import { json, refusal } from '../answers.ts';
import type { Refused } from './reading.ts';

/*
 * The answers to requests that bring events. The SDKs send a batch again after 429 and 503 and drop
 * it after any other 4xx, so what can pass by waiting is never one of those.
 */

/** Without what concerns pages: it is by far the most frequent answer. */
export const SUCCESS: HttpResponse = {
  status: 200,
  headers: {
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
  },
  body: '{"success":true}\n',
};

/** Of so many the answer tells one by one. */
const LISTED_MAX = 1_000;

/** Nothing of a request in strict mode is stored when something in it is wrong. */
export function strictRefusal(refused: readonly Refused[]): HttpResponse {
  const code = 'bad-events';
  const response = json(400, {
    success: false,
    code,
    message: `${refused.length} of the request's messages cannot be taken; nothing is stored`,
    hint: 'mend them and send all again, or leave out X-Strict-Mode to have the others stored',
    rejected: refused.slice(0, LISTED_MAX),
  });
  return { ...response, code };
}

/** What a body or the log throws, as an answer. */
export function failureReply(error: ShoalError): HttpResponse {
  const { code, message, hint = 'send it again' } = error;
  if (error.remedy === 'retry') return waiting(503, code, message, hint);
  return refusal(code === 'body-too-large' ? 413 : 400, code, message, hint);
}

/** Under back-pressure: more waits to be stored than is good. */
export const BUSY: HttpResponse = waiting(
  429,
  'too-busy',
  'more events wait to be stored than this gateway holds',
  'send it again in a second',
);

/** Every event of the request is of a customer of whom too many have come. */
export const CUSTOMER_TOO_BUSY: HttpResponse = waiting(
  429,
  'too-many-of-customer',
  'one customer has had more events in a second than is allowed',
  'send it again in a second; ingest.eventsPerSecond.customer of the settings is the limit',
);

export const CLOSING: HttpResponse = waiting(
  503,
  'closing',
  'this gateway is being stopped',
  'send it again in a second',
);

export const NOT_A_BATCH: HttpResponse = refusal(
  400,
  'not-a-batch',
  'the body holds no batch',
  'send {"batch":[{"type":"track","userId":"…","event":"…"}]}',
);

export const HISTORY_REFUSED: HttpResponse = refusal(
  403,
  'server-key-wanted',
  'a public key may not import history',
  'send it with a key of the kind "server": shoal keys add <id>',
);

export const POST_WANTED: HttpResponse = withHeader(
  refusal(405, 'method-not-allowed', 'events come with POST', 'send a POST'),
  'allow',
  'POST, OPTIONS',
);

function waiting(status: 429 | 503, code: string, message: string, hint: string): HttpResponse {
  return withHeader(refusal(status, code, message, hint), 'retry-after', '1');
}

function withHeader(response: HttpResponse, name: string, value: string): HttpResponse {
  return { ...response, headers: { ...response.headers, [name]: value } };
}
