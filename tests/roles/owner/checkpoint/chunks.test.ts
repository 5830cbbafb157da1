import { expect, test } from 'vitest';
import { joinSection } from '../../../../src/roles/owner/checkpoint/chunks.ts';

test('pieces stand where typed arrays of any width can be laid over them', () => {
  const section = { name: 'series', format: 4, pieces: [3, 16, 8], chunks: [] };
  const { bytes } = joinSection(section, [new Uint8Array(20), new Uint8Array(7)]);
  expect(bytes.map((piece) => [piece.byteOffset, piece.length])).toEqual([
    [0, 3],
    [0, 16],
    [0, 8],
  ]);
});

test('chunks that are not the whole section are refused', () => {
  const section = { name: 'series', format: 4, pieces: [10], chunks: ['aa'] };
  expect(() => joinSection(section, [new Uint8Array(9)])).toThrow(
    expect.objectContaining({ code: 'checkpoint-unreadable' }),
  );
});
