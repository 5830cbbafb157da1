import { expect, test } from 'vitest';
import { decide, isAddress } from '../../src/campaign/decide.ts';
import type { JsonObject } from '../../src/base/json.ts';

test.each<[JsonObject, object]>([
  [
    { email: 'ann@example.com', name: 'Ann Lee' },
    { kind: 'send', to: { name: 'Ann Lee', address: 'ann@example.com' } },
  ],
  [
    { email: 'ann@example.com', first_name: 'Ann' },
    { kind: 'send', to: { name: 'Ann', address: 'ann@example.com' } },
  ],
  [
    { email: 'ann@example.com', name: 'Ann\r\nBcc: eve@example.com' },
    { kind: 'send', to: { name: 'Ann Bcc: eve@example.com', address: 'ann@example.com' } },
  ],
  [
    { email: 'ann@example.com', name: 5 },
    { kind: 'send', to: { name: '', address: 'ann@example.com' } },
  ],
  [{ name: 'Ann' }, { kind: 'skip', reason: 'no-address' }],
  [{ email: '' }, { kind: 'skip', reason: 'no-address' }],
  [{ email: ['ann@example.com'] }, { kind: 'skip', reason: 'bad-address' }],
  [{ email: 'ann@example.com, eve@example.com' }, { kind: 'skip', reason: 'bad-address' }],
])('%j', (attributes, decision) => {
  expect(decide({ known: true, attributes })).toEqual(decision);
});

test('nobody has heard of the customer', () => {
  const decision = decide({ known: false, attributes: {} });
  expect(decision).toEqual({ kind: 'skip', reason: 'unknown-customer' });
});

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
