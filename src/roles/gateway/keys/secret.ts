import type { HttpRequest } from '../../ports/http.ts';

/**
 * The secret that a request's headers bear: the user of Basic, as the SDKs send it, else
 * `X-Write-Key`, else a Bearer token. A `writeKey` may stand in the body, too.
 *
 * @returns undefined when they bear none
 */
export function secretOf({ headers }: Pick<HttpRequest, 'headers'>): string | undefined {
  const [, scheme = '', credentials = ''] =
    /^(basic|bearer) +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
  const authorized = scheme.toLowerCase() === 'basic' ? userOf(credentials) : credentials;
  return present(authorized) ?? present(headers.get('x-write-key'));
}

function userOf(credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? text : text.slice(0, colon);
}

function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
