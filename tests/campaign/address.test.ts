import { expect, test } from 'vitest';
import { isAddress } from '../../src/campaign/address.ts';

test.each([
  'ann@example.com',
  'a.b+c_d@sub.example.com',
  "o'neil@example.com",
  'анна@пример.example',
])('%s is an address', (text) => {
  expect(isAddress(text)).toBe(true);
});

test.each([
  'ann',
  'ann@',
  '@example.com',
  'ann@bob@example.com',
  'ann @example.com',
  'ann@example.com ',
  'ann@example.com\n',
  'ann\r\n@example.com',
  'ann@example.com>',
  '<ann@example.com>',
  '"ann"@example.com',
  'ann@[127.0.0.1]',
  'ann;eve@example.com',
  'ann@example..com',
  'ann@-example.com',
  'ann@example.com.',
  'ann\u0000@example.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(260)}.com`,
])('%j is none', (text) => {
  expect(isAddress(text)).toBe(false);
});
