import { expect, test } from 'vitest';
import {
  decodeAmended,
  encodeAmended,
  encodeHighest,
  highestAmended,
} from '../../../src/wire/amended/amended-message.ts';

const amended = {
  sequence: 42,
  storedAt: 1_700_000_000_123,
  crc: 4_000_000_000,
  headers: new Map([
    ['Sh-V', '1'],
    ['Sh-K', 'e'],
  ]),
  body: Buffer.from('what is left'),
};

test('what stands for a message comes back with its place, and tells the highest', () => {
  const { subject, headers, body } = encodeAmended(3, amended, 99);
  expect(subject).toBe('shoal.amended.3.42');
  expect(decodeAmended({ headers, body })).toEqual(amended);
  expect(highestAmended(headers)).toBe(99);
});

test('headers of others are left out: they may name anybody', () => {
  const named = new Map([...amended.headers, ['X-Customer', 'ann'], ['Nats-Msg-Id', 'ann-1']]);
  const { headers, body } = encodeAmended(3, { ...amended, headers: named }, 99);
  expect(decodeAmended({ headers, body })).toEqual(amended);
});

test('what only tells the highest stands for no message', () => {
  const { headers, body } = encodeHighest(3, 99);
  expect(decodeAmended({ headers, body })).toBeUndefined();
  expect(highestAmended(headers)).toBe(99);
});
