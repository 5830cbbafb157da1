import { createHash } from 'node:crypto';
import { assert } from '../../../base/assert.ts';
import type { Section } from '../../../engine/protocol.ts';
import { CHUNK_BYTES_MAX, type ManifestSection, unreadable } from '../../../wire/checkpoint.ts';

/*
 * Sections of the engine's state as chunks, and back.
 *
 * The pieces of a section are joined and cut every 256 KB, so that a piece that changes in place
 * changes one chunk or two, and all others keep their names.
 */

/** @param bytes what is hashed; a text stands for its UTF-8 bytes */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The chunks of a section, in order. A chunk may be a view of the section's own bytes. */
export function* cut(section: Section): Generator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let room = CHUNK_BYTES_MAX;
  for (const piece of section.bytes) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + room);
      parts.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield join(parts);
      parts = [];
      room = CHUNK_BYTES_MAX;
    }
  }
  if (parts.length > 0) yield join(parts);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
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
