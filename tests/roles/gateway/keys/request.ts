import type { HttpRequest } from '../../../../src/roles/ports/http.ts';

/** A request, by itself without a body. */
export function request(
  headers: Readonly<Record<string, string>> = {},
  more: Partial<Pick<HttpRequest, 'method' | 'path' | 'address'>> = {},
  bytes: Uint8Array = new Uint8Array(),
): HttpRequest {
  return {
    method: 'POST',
    path: '/v1/batch',
    address: '192.0.2.1',
    query: new URLSearchParams(),
    headers: new Map(Object.entries(headers)),
    body: async (read) => read(bytes),
    ...more,
  };
}

/** As the SDKs send a key. */
export function basic(secret: string): string {
  return `Basic ${Buffer.from(`${secret}:`).toString('base64')}`;
}
