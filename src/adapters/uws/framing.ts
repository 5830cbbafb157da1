/**
 * Whether the length of a request's body is said in a way that others may read differently: a proxy
 * before us would take for the next request what we take for a body, or the reverse (RFC 9112, 6).
 * The parser itself refuses both headers at once, and lengths that are no numbers.
 */
export function isAmbiguous(headers: ReadonlyMap<string, string>): boolean {
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') return true;
  // Where a header comes twice, its values are joined.
  return headers.get('content-length')?.includes(',') === true;
}
