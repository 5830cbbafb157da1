import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Section } from '../../../../src/engine/protocol.ts';
import { cut, joinSection, sha256 } from '../../../../src/roles/owner/checkpoint/chunks.ts';
import { CHUNK_BYTES_MAX } from '../../../../src/wire/checkpoint.ts';

function sectionOf(lengths: readonly number[]): Section {
  const bytes = lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
  return { name: 'series', format: 4, bytes };
}

function cutAndJoin(section: Section): Section {
  const chunks = [...cut(section)];
  const pieces = section.bytes.map((piece) => piece.length);
  return joinSection({ name: section.name, format: section.format, pieces, chunks: [] }, chunks);
}

test('what was cut is joined as it was, whatever the lengths of the pieces', () => {
  const length = fc.oneof(
    fc.nat(100),
    fc.integer({ min: CHUNK_BYTES_MAX - 2, max: CHUNK_BYTES_MAX + 2 }),
    fc.constant(3 * CHUNK_BYTES_MAX + 7),
  );
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), (lengths) => {
      const section = sectionOf(lengths);
      expect(Buffer.concat(cutAndJoin(section).bytes).equals(Buffer.concat(section.bytes))).toBe(
        true,
      );
      expect(cutAndJoin(section).bytes.map((piece) => piece.length)).toEqual(lengths);
      expect(
        [...cut(section)].slice(0, -1).every((chunk) => chunk.length === CHUNK_BYTES_MAX),
      ).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a piece that changes in place changes one chunk and leaves the others their names', () => {
  const section = sectionOf(Array.from({ length: 40 }, () => 64 * 1024));
  const before = Array.from(cut(section), sha256);
  section.bytes[17]?.set([99], 5);
  const after = Array.from(cut(section), sha256);
  expect(after.filter((hash, i) => hash !== before[i])).toHaveLength(1);
});

test('pieces stand where typed arrays of any width can be laid over them', () => {
  const joined = cutAndJoin(sectionOf([3, 16, 8]));
  expect(joined.bytes.every((piece) => piece.byteOffset === 0)).toBe(true);
});

test('chunks that are not the whole section are refused', () => {
  const section = { name: 'series', format: 4, pieces: [10], chunks: ['aa'] };
  expect(() => joinSection(section, [new Uint8Array(9)])).toThrow(
    expect.objectContaining({ code: 'checkpoint-unreadable' }),
  );
});
