import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import type { Seal } from '../../wire/link.ts';

/*
 * Sealing with a synthetic initialisation vector (Rogaway and Shrimpton, "Deterministic
 * Authenticated-Encryption"; RFC 5297 with HMAC-SHA-256 in the place of CMAC): the vector is the
 * tag of the plain bytes, so there is no nonce that could be used twice, and equal bytes give equal
 * text.
 *
 *   text = base64url(version ‖ tag ‖ AES-256-CTR(key 1, tag, plain))
 *   tag  = the first 16 bytes of HMAC-SHA-256(key 2, version ‖ plain)
 */

const VERSION = 1;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** What is longer was not sealed here, and is not worth the work. */
const TEXT_LENGTH_MAX = 4_096;

/** @param secret of the settings; both keys are derived from it, by HKDF-SHA-256 */
export function linkSeal(secret: string): Seal {
  const cipherKey = derive(secret, 'shoal link cipher 1');
  const tagKey = derive(secret, 'shoal link tag 1');
  const tagOf = (plain: Uint8Array): Buffer =>
    createHmac('sha256', tagKey)
      .update(Uint8Array.of(VERSION))
      .update(plain)
      .digest()
      .subarray(0, TAG_BYTES);
  return {
    seal(plain) {
      const tag = tagOf(plain);
      const cipher = createCipheriv('aes-256-ctr', cipherKey, tag);
      const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Uint8Array.of(VERSION), tag, hidden]).toString('base64url');
    },
    open(text) {
      const bytes = readText(text);
      if (bytes === undefined || bytes[0] !== VERSION || bytes.length <= TAG_BYTES)
        return undefined;
      const tag = bytes.subarray(1, 1 + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, tag);
      const hidden = bytes.subarray(1 + TAG_BYTES);
      const plain = Buffer.concat([decipher.update(hidden), decipher.final()]);
      return timingSafeEqual(tagOf(plain), tag) ? new Uint8Array(plain) : undefined;
    },
  };
}

function derive(secret: string, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', use, KEY_BYTES));
}

/** Text that is read, but would not be written so (padding, spare bits), is refused as changed. */
function readText(text: string): Buffer | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
