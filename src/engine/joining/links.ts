import type { CustomerId } from '../../base/id.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';
import { ByteStrings } from '../store/byte-strings.ts';
import { Column } from '../store/column.ts';
import { Dictionary } from '../store/dictionary.ts';
import { HashIndex } from '../store/hash-index.ts';
import { Records } from '../store/records.ts';

/*
 * Links from one id to another, each with some flags and a text.
 *
 * 1. There is at most one link from an id to another.
 * 2. Of an id that no link names no byte is left.
 * 3. The links to an id form a chain, so that all of them are found; in which order is not said.
 */

/** The words of a record. */
const FROM = 0;
const TO = 1;
const FLAGS = 2;
/** The handle of its text, or 0. */
const TEXT = 3;
/** The next link to the same id + 1, or 0. */
const NEXT = 4;
const WORDS = 6;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Links {
  #end = 0;
  /** Links below the end that are none. */
  #free: number[] = [];
  #ids = new Dictionary();
  #records = new Records(WORDS);
  #texts = new ByteStrings();
  /** Per id: how many links name it; its first link + 1 of those to it. */
  readonly #uses = new Column(Uint32Array);
  readonly #firstTo = new Column(Uint32Array);
  readonly #index = new HashIndex((link) => mixed(this.from(link), this.to(link)));

  /** The number of an id that a link names. */
  numberOf(id: CustomerId): number | undefined {
    return this.#ids.find(id);
  }

  idOf(number: number): CustomerId {
    return this.#ids.textOf(number);
  }

  find(fromId: CustomerId, toId: CustomerId): number | undefined {
    const to = this.#ids.find(toId);
    const from = to === undefined ? undefined : this.#ids.find(fromId);
    if (from === undefined || to === undefined) return undefined;
    const isSame = (link: number): boolean => this.from(link) === from && this.to(link) === to;
    return this.#index.find(mixed(from, to), isSame);
  }

  /** There must be no such link. */
  add(fromId: CustomerId, toId: CustomerId, flags: number): number {
    const link = this.#free.pop() ?? this.#end++;
    const [from, to] = [this.#ids.findOrAdd(fromId), this.#ids.findOrAdd(toId)];
    this.#records.set(link, FROM, from);
    this.#records.set(link, TO, to);
    this.#records.set(link, FLAGS, flags);
    this.#records.set(link, TEXT, 0);
    this.#enter(link);
    return link;
  }

  #enter(link: number): void {
    const [from, to] = [this.from(link), this.to(link)];
    for (const id of [from, to]) this.#uses.set(id, this.#uses.get(id) + 1);
    this.#records.set(link, NEXT, this.#firstTo.get(to));
    this.#firstTo.set(to, link + 1);
    this.#index.add(link);
  }

  remove(link: number): void {
    const [from, to] = [this.from(link), this.to(link)];
    this.setText(link, '');
    this.#index.remove(link);
    this.#leaveChain(link, to);
    this.#records.set(link, FLAGS, 0);
    this.#free.push(link);
    for (const id of [from, to]) {
      const uses = this.#uses.get(id) - 1;
      this.#uses.set(id, uses);
      if (uses === 0) this.#ids.remove(id);
    }
  }

  #leaveChain(link: number, to: number): void {
    const next = this.#records.get(link, NEXT);
    if (this.#firstTo.get(to) === link + 1) {
      this.#firstTo.set(to, next);
      return;
    }
    let before = this.#firstTo.get(to) - 1;
    while (this.#records.get(before, NEXT) !== link + 1) {
      before = this.#records.get(before, NEXT) - 1;
    }
    this.#records.set(before, NEXT, next);
  }

  /** The links to an id. */
  linksTo(id: CustomerId): number[] {
    const to = this.#ids.find(id);
    const links: number[] = [];
    if (to === undefined) return links;
    for (let next = this.#firstTo.get(to); next !== 0; next = this.#records.get(next - 1, NEXT)) {
      links.push(next - 1);
    }
    return links;
  }

  from(link: number): number {
    return this.#records.get(link, FROM);
  }

  to(link: number): number {
    return this.#records.get(link, TO);
  }

  /** Never 0 of a link that there is. */
  flags(link: number): number {
    return this.#records.get(link, FLAGS);
  }

  setFlags(link: number, flags: number): void {
    this.#records.set(link, FLAGS, flags);
  }

  /** Empty where none was set. */
  text(link: number): string {
    const handle = this.#records.get(link, TEXT);
    return handle === 0 ? '' : decoder.decode(this.#texts.get(handle));
  }

  setText(link: number, text: string): void {
    const handle = this.#records.get(link, TEXT);
    if (handle !== 0) this.#texts.free(handle);
    this.#records.set(link, TEXT, text === '' ? 0 : this.#texts.put(encoder.encode(text)));
  }

  /** Every link, ascending. */
  *all(): Generator<number> {
    for (let link = 0; link < this.#end; link++) if (this.flags(link) !== 0) yield link;
  }

  bytesUsed(): number {
    const { texts, index } = this.#ids.bytesUsed();
    const columns = this.#uses.bytesUsed() + this.#firstTo.bytesUsed() + this.#index.bytesUsed();
    return texts + index + columns + this.#records.bytesUsed() + this.#texts.bytesUsed();
  }

  toSections(name: string): Sections {
    const head = new ByteWriter();
    head.u32(this.#end);
    head.u32s(this.#free);
    return new Map<string, Iterable<Uint8Array>>([
      [`${name}.head`, [head.finish()]],
      [`${name}.records`, this.#records.toBytes()],
      [`${name}.texts`, this.#texts.toBytes()],
      ...this.#ids.toSections(`${name}.ids`),
    ]);
  }

  static fromSections(name: string, section: (name: string) => Uint8Array): Links {
    const links = new Links();
    const head = new ByteReader(section(`${name}.head`));
    links.#end = head.u32();
    links.#free = head.u32s();
    links.#records = Records.fromBytes(WORDS, section(`${name}.records`));
    links.#texts = ByteStrings.fromBytes(section(`${name}.texts`));
    links.#ids = Dictionary.fromSections(`${name}.ids`, section);
    for (const link of links.all()) links.#enter(link);
    return links;
  }
}

function mixed(from: number, to: number): number {
  return (Math.imul(from, 0x9e3779b1) ^ Math.imul(to + 1, 0x85ebca6b)) >>> 0;
}
