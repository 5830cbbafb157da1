import { murmur3 } from './murmur.ts';

const encoder = new TextEncoder();

const FNV_BASIS = 0x811c9dc5;

/**
 * FNV-1a, 32 bits, of the UTF-8 bytes of a text (Fowler, Noll, Vo; draft-eastlake-fnv).
 *
 * @param basis the hash of what stands before the text
 */
export function fnv1a32(text: string, basis = FNV_BASIS): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return fnv1a32Bytes(encoder.encode(text), undefined, basis);
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
}

export function fnv1a32Bytes(bytes: Uint8Array, length = bytes.length, basis = FNV_BASIS): number {
  let hash = basis;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash >>> 0;
}

/**
 * The partition of a customer: FNV-1a-32 of the UTF-8 id, mod P, as NATS's own `partition()` maps
 * it.
 */
export function partitionOf(customer: string, partitions: number): number {
  return fnv1a32(customer) % partitions;
}

/**
 * By which a text is recognised by those who have the salt, which is secret: four MurmurHash3 of
 * the salt, a number and the text.
 *
 * @returns 32 hex digits
 */
export function saltedHash(salt: string, text: string): string {
  return [0, 1, 2, 3]
    .map((part) => murmur3(`${salt}${part}\n${text}`).toString(16).padStart(8, '0'))
    .join('');
}
