import type { Json } from './json.ts';

/*
 * What stands in the log in the place of a private value: `private:` and 128 bits of a keyed hash,
 * 22 characters of base64url. The same value of the same attribute has the same mark, so that a
 * change can be seen; without the key nothing can be told from it.
 */

/** The mark of a value that an attribute has; who holds the secret makes them. */
export type MarkPrivate = (attribute: string, value: Json) => string;

/** How many bytes of a hash a mark tells. */
export const MARK_BYTES = 16;

const PREFIX = 'private:';
/** 128 bits, 6 a character. */
const MARK_LENGTH = PREFIX.length + 22;

/** @param digest `MARK_BYTES` bytes as base64url, without padding */
export function privateMark(digest: string): string {
  return PREFIX + digest;
}

export function isPrivateMark(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length === MARK_LENGTH && value.startsWith(PREFIX);
}
