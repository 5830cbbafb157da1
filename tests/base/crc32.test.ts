import { expect, test } from 'vitest';
import { crc32 } from '../../src/base/crc32.ts';

// The check values of the catalogue of parametrised CRC algorithms, CRC-32/ISO-HDLC.
test.each([
  ['', 0x0000_0000],
  ['123456789', 0xcbf4_3926],
  ['The quick brown fox jumps over the lazy dog', 0x414f_a339],
])('the CRC-32 of %j', (text, crc) => {
  expect(crc32(new TextEncoder().encode(text))).toBe(crc);
});
