import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnv1a32, fnv1a32Bytes, partitionOf } from '../../src/base/hash.ts';

describe('fnv1a32', () => {
  // From the test suite of draft-eastlake-fnv (test_fnv.c by L. C. Noll), and by hand for UTF-8.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['b', 0xe70c2de5],
    ['c', 0xe60c2c52],
    ['foobar', 0xbf9cf968],
    ['foo', 0xa9f37ed7],
    ['hello', 0x4f9f2cab],
  ])('%j is %d', (text, hash) => {
    expect(fnv1a32(text)).toBe(hash);
  });

  it('hashes the UTF-8 bytes of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        let hash = 0x811c9dc5n;
        for (const byte of Buffer.from(text))
          hash = ((hash ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n;
        expect(fnv1a32(text)).toBe(Number(hash));
        expect(fnv1a32Bytes(Buffer.from(text))).toBe(Number(hash));
      }),
    );
  });
});

describe('partitionOf', () => {
  it('is the hash modulo the number of partitions', () => {
    expect(partitionOf('foobar', 16)).toBe(8);
    expect(partitionOf('foobar', 1)).toBe(0);
    expect(partitionOf('a', 10)).toBe(0xe40c292c % 10);
  });
});
