import { expect, test } from 'vitest';
import { secretOf } from '../../../../src/roles/gateway/keys/secret.ts';
import { basic, request } from './request.ts';

test.each<[name: string, headers: Record<string, string>, secret: string | undefined]>([
  ['the user of Basic', { authorization: basic('sk_1') }, 'sk_1'],
  ['without its colon', { authorization: 'basic c2tfMQ==' }, 'sk_1'],
  ['a password is passed over', { authorization: `Basic ${btoa('sk_1:x:y')}` }, 'sk_1'],
  ['a token', { authorization: 'Bearer sk_1' }, 'sk_1'],
  ['its own header', { 'x-write-key': 'sk_1' }, 'sk_1'],
  ['Basic wins', { authorization: basic('a'), 'x-write-key': 'b' }, 'a'],
  ['an empty user is none', { authorization: basic(''), 'x-write-key': 'b' }, 'b'],
  ['another scheme is none', { authorization: 'Digest username="sk_1"' }, undefined],
  ['no Base64', { authorization: 'Basic ***' }, undefined],
  ['nothing', {}, undefined],
])('%s', (_, headers, secret) => {
  expect(secretOf(request(headers))).toBe(secret);
});
