import { createHmac, hkdfSync } from 'node:crypto';
import { canonicalJson } from '../../base/json.ts';
import { MARK_BYTES, privateMark, type MarkPrivate } from '../../base/private-mark.ts';

const KEY_BYTES = 32;

/**
 * Marks of private values: the first 16 bytes of HMAC-SHA-256 over the attribute, LF and the value
 * as JSON with sorted keys. No attribute's name holds an LF.
 *
 * @param secret of the settings; the key is derived from it, by HKDF-SHA-256
 */
export function privateMarks(secret: string): MarkPrivate {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'shoal private attributes 1', KEY_BYTES));
  return (attribute, value) => {
    const hash = createHmac('sha256', key)
      .update(`${attribute}\n${canonicalJson(value)}`)
      .digest();
    return privateMark(hash.subarray(0, MARK_BYTES).toString('base64url'));
  };
}
