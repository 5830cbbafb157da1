import fc from 'fast-check';
import { expect, test } from 'vitest';
import { murmur3 } from '../../src/base/murmur.ts';
import { murmur3 as byTheBook } from '../model/murmur.ts';

test('of any text, short or long, one after the other', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'grapheme' }).map((some) => some.repeat(200)),
  );
  fc.assert(
    fc.property(text, (some) => {
      expect(murmur3(some)).toBe(byTheBook(some));
    }),
  );
});
