/** MurmurHash3 x86 32 with seed 0 of the UTF-8 bytes of a text (A. Appleby, smhasher). */
export function murmur3(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  const wholeBlocks = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let i = 0; i < wholeBlocks; i += 4) {
    hash ^= scramble(bytes.readInt32LE(i));
    hash = Math.imul(rotate(hash, 13), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= wholeBlocks; i--) tail = (tail << 8) | bytes.readUInt8(i);
  hash ^= scramble(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
