import { parseDocument, type Document } from 'yaml';
import { ShoalError } from '../../base/error.ts';
import { ID_PATTERN } from '../../base/id.ts';
import type { StoredKey } from '../../roles/gateway/keys/stored-keyring.ts';
import { didYouMean } from '../../rules/fault.ts';
import { parseKeys } from './key-file.ts';

/** What is said of a key when it is added. */
export interface KeyTraits {
  readonly kind: 'server' | 'public';
  readonly events?: readonly string[] | undefined;
  readonly origins?: readonly string[] | undefined;
  readonly eventsPerSecond?: number | undefined;
}

const HEADER = [
  ' Who may send events over HTTP. Of each secret only the SHA-256 stands here; `shoal keys` makes',
  ' them, and the rest may be edited by hand. A running gateway reads this again when it changes.',
].join('\n');

/**
 * The text of a file of keys while it is changed: comments, and what is not touched, stay as they
 * are. What could not be read again is refused before it is written.
 */
export class KeyEdit {
  readonly #document: Document;
  readonly #file: string;
  #keys: readonly StoredKey[];

  /**
   * @param text undefined: there is no file yet
   * @throws ShoalErrors `bad-keys`
   */
  constructor(text: string | undefined, file: string) {
    this.#file = file;
    this.#keys = parseKeys(text ?? '', file);
    this.#document = parseDocument(text ?? '', { version: '1.2', schema: 'core' });
    if (text === undefined) this.#document.commentBefore = HEADER;
  }

  /** @throws ShoalError `wrong-usage` where the id is taken; ShoalErrors `bad-keys` */
  add(id: string, { kind, ...bounds }: KeyTraits, digest: string): void {
    if (!ID_PATTERN.test(id)) throw this.#wrong(`"${id}" is no id of a key`, ID_HINT);
    if (this.#find(id) !== undefined)
      throw this.#wrong(`there is a key "${id}" already`, `shoal keys rotate ${id}`);
    const given = Object.entries(bounds).filter(([, value]) => value !== undefined);
    const entry = { kind, sha256: [digest], ...Object.fromEntries(given) };
    this.#change(() => this.#document.set(id, this.#document.createNode(entry)));
  }

  kindOf(id: string): KeyTraits['kind'] {
    return this.#known(id).key.kind;
  }

  /** Gives a key a second secret; both are good until the first is dropped. */
  rotate(id: string, digest: string): void {
    const { digests } = this.#known(id);
    if (digests.length > 1)
      throw this.#wrong(`the key "${id}" has two secrets already`, `shoal keys retire ${id}`);
    this.#change(() => this.#document.addIn([id, 'sha256'], digest));
  }

  /** Drops the older of a key's two secrets. */
  retire(id: string): void {
    if (this.#known(id).digests.length < 2)
      throw this.#wrong(`the key "${id}" has one secret only`, `shoal keys rotate ${id}`);
    this.#change(() => this.#document.deleteIn([id, 'sha256', 0]));
  }

  remove(id: string): void {
    this.#known(id);
    this.#change(() => this.#document.delete(id));
  }

  toString(): string {
    return this.#document.toString({ lineWidth: 100, flowCollectionPadding: false });
  }

  #change(edit: () => void): void {
    edit();
    this.#keys = parseKeys(this.toString(), this.#file);
  }

  #find(id: string): StoredKey | undefined {
    return this.#keys.find(({ key }) => key.id === id);
  }

  #known(id: string): StoredKey {
    const found = this.#find(id);
    if (found !== undefined) return found;
    const ids = this.#keys.map(({ key }) => key.id);
    throw this.#wrong(`there is no key "${id}"`, didYouMean(id, ids) ?? 'shoal keys list');
  }

  #wrong(message: string, hint: string): ShoalError {
    return new ShoalError({
      code: 'wrong-usage',
      remedy: 'stop',
      message,
      where: this.#file,
      hint,
    });
  }
}

const ID_HINT = 'ids are of a to z, 0 to 9 and -, at most 64 characters';
