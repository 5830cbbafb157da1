import type { CustomerId } from '../../base/id.ts';

/** With more, a message is decoded before it could be searched for all of them. */
const NEEDLES_MAX = 16;

const BACKSLASH = 0x5c;

/** Customers who are to be found in messages. */
export class Names {
  readonly #names: ReadonlySet<CustomerId>;
  readonly #needles: readonly Uint8Array[];

  constructor(names: Iterable<CustomerId>) {
    this.#names = new Set(names);
    const encoder = new TextEncoder();
    this.#needles = Array.from(this.#names, (name) => encoder.encode(name));
  }

  has(name: CustomerId): boolean {
    return this.#names.has(name);
  }

  /**
   * Whether bytes may bear one of them: false only when none does.
   *
   * @param isJson a text in them may be written with escapes
   */
  mayBeIn(bytes: Uint8Array, isJson: boolean): boolean {
    if (this.#needles.length > NEEDLES_MAX) return true;
    return (isJson && bytes.includes(BACKSLASH)) || this.areIn(bytes);
  }

  /** Whether one of them stands in bytes as it is written in UTF-8. */
  areIn(bytes: Uint8Array): boolean {
    return this.#needles.some((needle) => isIn(bytes, needle));
  }
}

function isIn(bytes: Uint8Array, needle: Uint8Array): boolean {
  const [first = 0] = needle;
  const last = bytes.length - needle.length;
  for (let at = bytes.indexOf(first); at >= 0 && at <= last; at = bytes.indexOf(first, at + 1)) {
    if (needle.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
