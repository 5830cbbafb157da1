import type { ApiKey } from '../../../../src/roles/gateway/keys/key.ts';
import { digestOf, StoredKeyring } from '../../../../src/roles/gateway/keys/stored-keyring.ts';

/** Keys with the secret `secret of <id>`. */
export function keyringOf(...keys: readonly ApiKey[]): StoredKeyring {
  return new StoredKeyring(keys.map((key) => ({ key, digests: [digestOf(secretOfKey(key.id))] })));
}

export function secretOfKey(id: string): string {
  return `secret of ${id}`;
}
