import { createHash } from 'node:crypto';
import { assert } from '../../../base/assert.ts';
import type { Section } from '../../../engine/protocol.ts';
import { type ManifestSection, unreadable } from '../../../wire/checkpoint.ts';

/** @param bytes what is hashed; a text stands for its UTF-8 bytes */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Puts a section together again.
 *
 * @param chunks the contents of `section.chunks`, in order
 * @throws ShoalError `checkpoint-unreadable` (stop) when they do not fit
 */
export function joinSection(section: ManifestSection, chunks: readonly Uint8Array[]): Section {
  const { name, format, pieces } = section;
  const all = Buffer.concat(chunks);
  const length = pieces.reduce((sum, piece) => sum + piece, 0);
  if (length !== all.length) throw unreadable(`section "${name}" has another length`);
  const bytes: Uint8Array[] = [];
  let at = 0;
  for (const piece of pieces) {
    // A copy each, so that a piece begins where typed arrays of any width can stand on it.
    bytes.push(new Uint8Array(all.subarray(at, at + piece)));
    at += piece;
  }
  assert(at === all.length, 'the pieces are the whole section');
  return { name, format, bytes };
}
