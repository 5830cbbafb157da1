import { describe, expect, test } from 'vitest';
import { headersOfBlock, placeOf } from '../../../src/adapters/nats/delivery.ts';

const PLACE = { sequence: 42, delivery: 7, storedAt: 1_700_000_000_123, pending: 3 };

describe('the place of a delivered message', () => {
  test.each([
    ['of old servers', '$JS.ACK.stream.consumer.1.42.7.1700000000123456789.3'],
    ['with a domain', '$JS.ACK.hub.AbCd.stream.consumer.1.42.7.1700000000123456789.3'],
    [
      'with a domain and a token',
      '$JS.ACK._.AbCd.stream.consumer.1.42.7.1700000000123456789.3.xyz',
    ],
  ])('%s', (_, reply) => {
    expect(placeOf(reply)).toEqual(PLACE);
  });

  test('a message without one is a bug', () => {
    expect(() => placeOf('_INBOX.abc')).toThrow('bears its place');
  });
});

test('headers of a stored message are read from their block', () => {
  const block = Buffer.from('NATS/1.0\r\nSh-V: 1\r\nSh-G: boot.7\r\n\r\n').toString('base64');
  expect([...headersOfBlock(block)]).toEqual([
    ['Sh-V', '1'],
    ['Sh-G', 'boot.7'],
  ]);
  expect(headersOfBlock(undefined).size).toBe(0);
});
