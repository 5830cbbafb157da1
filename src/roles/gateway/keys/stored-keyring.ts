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

/** Of good secrets; there are not more of them but in a row of changes. */
const KNOWN_MAX = 1_000;

/** The keys of a file, which may be read again while requests come. */
export class StoredKeyring implements Keyring {
  #keys: readonly StoredKey[] = [];
  /** Secrets that were found, so that not every request costs a hash. */
  readonly #known = new Map<string, ApiKey>();

  constructor(keys: readonly StoredKey[] = []) {
    this.replace(keys);
  }

  /** What is asked from now on is asked of these. */
  replace(keys: readonly StoredKey[]): void {
    for (const { digests } of keys)
      for (const { length } of digests) assert(length === DIGEST_BYTES, 'a digest is a SHA-256');
    this.#keys = keys;
    this.#known.clear();
  }

  /**
   * Compares with all of them, so that the time it takes tells nothing. Who has a good secret
   * learns no more by being quicker; a bad one is compared with no text, but by its hash.
   */
  find(secret: string): ApiKey | undefined {
    return this.#known.get(secret) ?? this.#compare(secret);
  }

  #compare(secret: string): ApiKey | undefined {
    const asked = digestOf(secret);
    let found: ApiKey | undefined;
    for (const { key, digests } of this.#keys)
      for (const digest of digests) if (timingSafeEqual(digest, asked)) found = key;
    if (found !== undefined && this.#known.size < KNOWN_MAX) this.#known.set(secret, found);
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
