import { expect, test } from 'vitest';
import { addressOf } from '../../../../src/roles/gateway/keys/address.ts';
import { request } from './request.ts';

const from = (address: string, forwarded?: string, hops = 0): string =>
  addressOf(
    request(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, { address }),
    hops,
  );

test.each<[name: string, hops: number, forwarded: string | undefined, address: string]>([
  ['nobody is trusted', 0, '203.0.113.9', '192.0.2.1'],
  ['one proxy', 1, '203.0.113.9', '203.0.113.9'],
  ['one proxy, and what the client made up', 1, '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['two proxies', 2, '198.51.100.1, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ['fewer than are trusted', 3, '203.0.113.9', '203.0.113.9'],
  ['none has said anything', 1, undefined, '192.0.2.1'],
  ['with a port', 1, '203.0.113.9:4711', '203.0.113.9'],
  ['IPv6 with a port', 1, '[2001:db8:1:2:3::4]:4711', '2001:db8:1:2'],
  ['what is no address counts as it stands', 1, 'unknown', 'unknown'],
])('behind proxies: %s', (_, hops, forwarded, address) => {
  expect(from('192.0.2.1', forwarded, hops)).toBe(address);
});

test.each([
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0'],
  ['2001:DB8:0:0:ffff::', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['0000:0000:0000:0000:0000:ffff:c000:0207', '192.0.2.7'],
])('%s counts as %s', (address, counted) => {
  expect(from(address)).toBe(counted);
});
