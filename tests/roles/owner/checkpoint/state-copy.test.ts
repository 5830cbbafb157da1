import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LiveSection, Section } from '../../../../src/engine/protocol.ts';
import { joinSection, sha256 } from '../../../../src/roles/owner/checkpoint/chunks.ts';
import {
  ChunkBuffers,
  copyState,
  type SectionCopy,
} from '../../../../src/roles/owner/checkpoint/state-copy.ts';
import { CHUNK_BYTES_MAX } from '../../../../src/wire/checkpoint.ts';
import { copied } from '../../../support/copied.ts';

function sectionOf(lengths: readonly number[]): LiveSection & { readonly pieces: Uint8Array[] } {
  const pieces = lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
  return { name: 'series', format: 4, pieces };
}

function joined({ chunks, ...section }: SectionCopy): Section {
  return joinSection({ ...section, chunks: chunks.map(sha256) }, chunks);
}

const length = fc.oneof(
  fc.nat(100),
  fc.integer({ min: CHUNK_BYTES_MAX - 2, max: CHUNK_BYTES_MAX + 2 }),
  fc.constant(3 * CHUNK_BYTES_MAX + 7),
);

test('what was copied is joined as it was, whatever the lengths of the pieces (1)', () => {
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), (lengths) => {
      const section = sectionOf(lengths);
      const [copy] = copied([section]);
      if (copy === undefined) throw new Error('a section is missing');
      const { bytes } = joined(copy);
      expect(bytes.map((piece) => piece.length)).toEqual(lengths);
      expect(Buffer.concat(bytes).equals(Buffer.concat(section.pieces))).toBe(true);
      const full = copy.chunks.slice(0, -1);
      expect(full.every((chunk) => chunk.length === CHUNK_BYTES_MAX)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a section without anything is there, too', () => {
  expect(copied([sectionOf([])])).toEqual([{ name: 'series', format: 4, pieces: [], chunks: [] }]);
});

test('a piece that changes in place changes one chunk and leaves the others their names (1)', () => {
  const section = sectionOf(Array.from({ length: 40 }, () => 64 * 1024));
  const names = (): string[] => copied([section]).flatMap(({ chunks }) => chunks.map(sha256));
  const before = names();
  section.pieces[17]?.set([99], 5);
  expect(names().filter((hash, i) => hash !== before[i])).toHaveLength(1);
});

test('each step copies one piece, and what was copied does not change with it', () => {
  const section = sectionOf([10, 10]);
  const copying = copyState([section], new ChunkBuffers());
  expect(copying.next().done).toBe(false);
  section.pieces[0]?.fill(77);
  section.pieces[1]?.fill(88);
  copying.next();
  const last = copying.next();
  if (last.done !== true) throw new Error('there are two pieces only');
  const bytes = last.value.flatMap(({ chunks }) => chunks.flatMap((chunk) => [...chunk]));
  expect(bytes).toEqual([...Array<number>(10).fill(1), ...Array<number>(10).fill(88)]);
});

test('memory that was given back is used again, whole (2)', () => {
  const buffers = new ChunkBuffers();
  const first = copied([sectionOf([5])], buffers);
  const memory = first[0]?.chunks[0]?.buffer;
  buffers.giveBack(first);
  const [again] = copied([sectionOf([CHUNK_BYTES_MAX + 1])], buffers);
  expect(again?.chunks[0]?.buffer).toBe(memory);
  expect(again?.chunks.map((chunk) => chunk.length)).toEqual([CHUNK_BYTES_MAX, 1]);
});
