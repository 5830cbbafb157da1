const ADDRESS =
  /^[^\s\p{Cc}@<>()[\]\\,;:"]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]*[\p{L}\p{M}\p{N}])?$/u;
const ADDRESS_LENGTH_MAX = 254;

/**
 * Stricter than RFC 5321: one @, and nothing that an address list or a command could be made of.
 * Quoted local parts and address literals are refused: nobody has them, and they hide tricks.
 */
export function isAddress(text: string): boolean {
  return text.length <= ADDRESS_LENGTH_MAX && ADDRESS.test(text) && !text.includes('..');
}
