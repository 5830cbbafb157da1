import { createHash, timingSafeEqual } from 'node:crypto';
import { assert } from '../../../base/assert.ts';
import type { ApiKey, Keyring } from './key.ts';

/** A key as it is kept: its secrets are known by their SHA-256 alone. */
export interface StoredKey {
  readonly key: ApiKey;
  /** Two while the secret is changed. */
  readonly digests: readonly Uint8Array[];
}

const DIGEST_BYTES = 32;

/** The keys of a file, which may be read again while requests come. */
export class StoredKeyring implements Keyring {
  #keys: readonly StoredKey[] = [];

  constructor(keys: readonly StoredKey[] = []) {
    this.replace(keys);
  }

  /** What is asked from now on is asked of these. */
  replace(keys: readonly StoredKey[]): void {
    for (const { digests } of keys)
      for (const { length } of digests) assert(length === DIGEST_BYTES, 'a digest is a SHA-256');
    this.#keys = keys;
  }

  /** Compares with all of them, so that the time it takes tells nothing. */
  find(secret: string): ApiKey | undefined {
    const asked = digestOf(secret);
    let found: ApiKey | undefined;
    for (const { key, digests } of this.#keys)
      for (const digest of digests) if (timingSafeEqual(digest, asked)) found = key;
    return found;
  }

  all(): readonly ApiKey[] {
    return this.#keys.map(({ key }) => key);
  }
}

/** The SHA-256 of a secret's UTF-8, by which it is kept. */
export function digestOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
