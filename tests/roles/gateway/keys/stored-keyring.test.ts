import { expect, test } from 'vitest';
import { digestOf, StoredKeyring } from '../../../../src/roles/gateway/keys/stored-keyring.ts';
import { keyringOf } from './keyring.ts';

const shop = { id: 'shop', kind: 'server' } as const;
const web = { id: 'web', kind: 'public' } as const;

test('a secret opens its own key, and nothing like it', () => {
  const keyring = keyringOf(shop, web);
  expect(keyring.find('secret of shop')).toBe(shop);
  expect(keyring.find('secret of web')).toBe(web);
  for (const secret of ['', 'secret of', 'Secret of shop', 'secret of shop ', 'ü'.repeat(9_000)])
    expect(keyring.find(secret)).toBeUndefined();
  expect(keyring.find(Buffer.from(digestOf('secret of shop')).toString('hex'))).toBeUndefined();
});

test('two secrets are good while one is changed for the other', () => {
  const [old, young] = [digestOf('old'), digestOf('young')];
  const keyring = new StoredKeyring([{ key: shop, digests: [old, young] }]);
  expect([keyring.find('old'), keyring.find('young')]).toEqual([shop, shop]);
  keyring.replace([{ key: shop, digests: [young] }]);
  expect([keyring.find('old'), keyring.find('young')]).toEqual([undefined, shop]);
  keyring.replace([]);
  expect([keyring.find('young'), keyring.all()]).toEqual([undefined, []]);
});
