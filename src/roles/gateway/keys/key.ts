/** Who may send events, or ask: one of those in the file of keys. */
export interface ApiKey {
  readonly id: string;
  /** A `public` key stands in pages that anybody can read: it may only send, and not everything. */
  readonly kind: 'server' | 'public';
  /** The names of events that a public key may send; undefined: all. */
  readonly events?: ReadonlySet<string> | undefined;
  /** Origins from which a public key may be used, `https://shop.example.com`; undefined: all. */
  readonly origins?: ReadonlySet<string> | undefined;
  /** Events a second, at most; undefined: what holds for all keys. */
  readonly eventsPerSecond?: number | undefined;
}

export interface Keyring {
  /** The key whose secret this is. Takes the same time whatever is asked. */
  find(secret: string): ApiKey | undefined;
  /** Those there are, for what has to be said before a request names one. */
  all(): readonly ApiKey[];
}
