const encoder = new TextEncoder();

/** Where the bytes of a text are put: an array for each would cost more than its hash. */
let bytes = new Uint8Array(1_024);

/** MurmurHash3, x86, 32 bits, seed 0, of the UTF-8 bytes of a text (A. Appleby, public domain). */
export function murmur3(text: string): number {
  const length = encode(text);
  const blocks = length >>> 2;
  let hash = 0;
  for (let i = 0; i < blocks; i++) {
    hash = rotate(hash ^ scramble(wordAt(i * 4, 4)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= scramble(wordAt(blocks * 4, length & 3)) ^ length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Puts the UTF-8 bytes of a text into `bytes`. @returns their number */
function encode(text: string): number {
  if (text.length * 3 > bytes.length) bytes = new Uint8Array(text.length * 3);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encodeInto(text, bytes).written;
    bytes[i] = unit;
  }
  return text.length;
}

/** A few bytes as a number, the first of them the lowest. */
function wordAt(from: number, count: number): number {
  let word = 0;
  for (let i = from + count - 1; i >= from; i--) word = (word << 8) | (bytes[i] ?? 0);
  return word;
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
