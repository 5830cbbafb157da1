import { compareUtf8, type CustomerId } from '../../base/id.ts';
import type { Sections } from '../store/bytes.ts';
import { Column } from '../store/column.ts';
import { Links } from './links.ts';

/*
 * Who is whose alias, and whom the customers here have asked to join them.
 *
 * 1. An id is an alias of one customer at most; it is no customer here then.
 * 2. A link from an id to a customer says one of these, or some: the id, which lives here, is the
 *    customer's alias; the customer, who lives here, has asked for it; so much of what was kept of
 *    it has been taken in by the customer.
 * 3. A link from an id to itself says how much of what was kept of it has been passed on.
 */

const IS_ALIAS = 1;
const IS_ASKED = 2;
/** It was asked for by `alias`. */
const IS_EXPLICIT = 4;
const IS_TAKEN = 8;
const IS_GIVEN = 16;

/** An id that a customer has to do with. */
export interface Linked {
  readonly id: CustomerId;
  /** It lives here, and is the customer's alias. */
  readonly isAlias: boolean;
  /** The customer lives here, and has asked for it. */
  readonly isAsked: boolean;
}

export class Aliases {
  #links = new Links();
  /** Per id: the link + 1 by which it is an alias, or 0. */
  readonly #linkOf = new Column(Uint32Array);
  #count = 0;

  /** How many ids are aliases. */
  get count(): number {
    return this.#count;
  }

  /** Whose alias an id is; undefined where it is none. */
  targetOf(id: CustomerId): CustomerId | undefined {
    if (this.#count === 0) return undefined;
    const link = this.#aliasLinkOf(id);
    return link === undefined ? undefined : this.#links.idOf(this.#links.to(link));
  }

  #aliasLinkOf(id: CustomerId): number | undefined {
    const number = this.#links.numberOf(id);
    const link = number === undefined ? 0 : this.#linkOf.get(number);
    return link === 0 ? undefined : link - 1;
  }

  /** The id must be no alias, and nobody's id any more. */
  link(id: CustomerId, target: CustomerId): void {
    const link = this.#mark(id, target, IS_ALIAS);
    this.#linkOf.set(this.#links.from(link), link + 1);
    this.#count++;
  }

  /** The id must be an alias; it is none any more. */
  unlink(id: CustomerId): void {
    const link = this.#aliasLinkOf(id);
    if (link === undefined) return;
    this.#linkOf.set(this.#links.from(link), 0);
    this.#count--;
    this.#unmark(link, IS_ALIAS);
  }

  /**
   * A customer asks for an id.
   *
   * @returns false when they have asked for it before, as explicitly
   */
  ask(id: CustomerId, customer: CustomerId, isExplicit: boolean): boolean {
    const wanted = isExplicit ? IS_ASKED | IS_EXPLICIT : IS_ASKED;
    const link = this.#links.find(id, customer);
    if (link !== undefined && (this.#links.flags(link) & wanted) === wanted) return false;
    this.#mark(id, customer, wanted);
    return true;
  }

  hasAsked(id: CustomerId, customer: CustomerId): boolean {
    const link = this.#links.find(id, customer);
    return link !== undefined && (this.#links.flags(link) & IS_ASKED) !== 0;
  }

  /** What was last said to have been taken in; empty at first. */
  takenOf(id: CustomerId, customer: CustomerId): string {
    return this.#notes(id, customer)[0];
  }

  /** @param taken without a line feed, as all notes */
  setTaken(id: CustomerId, customer: CustomerId, taken: string): void {
    const [, given] = this.#notes(id, customer);
    this.#links.setText(this.#mark(id, customer, IS_TAKEN), `${taken}\n${given}`);
  }

  /** What was last said to have been passed on; empty at first. */
  givenOf(id: CustomerId): string {
    return this.#notes(id, id)[1];
  }

  setGiven(id: CustomerId, given: string): void {
    // What has gone round a circle is taken in by the id itself.
    const [taken] = this.#notes(id, id);
    this.#links.setText(this.#mark(id, id, IS_GIVEN), `${taken}\n${given}`);
  }

  #notes(id: CustomerId, customer: CustomerId): readonly [taken: string, given: string] {
    const link = this.#links.find(id, customer);
    const [taken = '', given = ''] = link === undefined ? [] : this.#links.text(link).split('\n');
    return [taken, given];
  }

  /** Of whom something has been passed on. */
  *given(): Generator<CustomerId> {
    const links = this.#links;
    for (const link of links.all()) {
      if ((links.flags(link) & IS_GIVEN) !== 0) yield links.idOf(links.from(link));
    }
  }

  /** All that a customer has to do with, by id. */
  linkedTo(customer: CustomerId): Linked[] {
    const links = this.#links;
    return links
      .linksTo(customer)
      .filter((link) => links.flags(link) !== IS_GIVEN)
      .map((link) => {
        const flags = links.flags(link);
        const [isAlias, isAsked] = [(flags & IS_ALIAS) !== 0, (flags & IS_ASKED) !== 0];
        return { id: links.idOf(links.from(link)), isAlias, isAsked };
      })
      .toSorted((a, b) => compareUtf8(a.id, b.id));
  }

  /** Forgets all that a customer has to do with. */
  dropAllOf(customer: CustomerId): void {
    for (const { id, isAlias } of this.linkedTo(customer)) {
      if (isAlias) this.unlink(id);
      this.#drop(id, customer);
    }
    this.#drop(customer, customer);
  }

  /** Goes on with those of an engine that has seen all, but for how much was passed on or taken. */
  learnFrom(there: Aliases): void {
    const links = there.#links;
    for (const link of links.all()) {
      const flags = links.flags(link);
      const [id, customer] = [links.idOf(links.from(link)), links.idOf(links.to(link))];
      if ((flags & IS_ALIAS) !== 0) this.link(id, customer);
      if ((flags & IS_ASKED) !== 0) this.ask(id, customer, (flags & IS_EXPLICIT) !== 0);
    }
  }

  #drop(id: CustomerId, customer: CustomerId): void {
    const link = this.#links.find(id, customer);
    if (link !== undefined) this.#links.remove(link);
  }

  #mark(id: CustomerId, customer: CustomerId, flags: number): number {
    const link = this.#links.find(id, customer);
    if (link === undefined) return this.#links.add(id, customer, flags);
    this.#links.setFlags(link, this.#links.flags(link) | flags);
    return link;
  }

  #unmark(link: number, flags: number): void {
    const rest = this.#links.flags(link) & ~flags;
    if (rest === 0) this.#links.remove(link);
    else this.#links.setFlags(link, rest);
  }

  bytesUsed(): number {
    return this.#links.bytesUsed() + this.#linkOf.bytesUsed();
  }

  toSections(): Sections {
    return this.#links.toSections('aliases');
  }

  static fromSections(section: (name: string) => Uint8Array): Aliases {
    const aliases = new Aliases();
    aliases.#links = Links.fromSections('aliases', section);
    for (const link of aliases.#links.all()) {
      if ((aliases.#links.flags(link) & IS_ALIAS) === 0) continue;
      aliases.#linkOf.set(aliases.#links.from(link), link + 1);
      aliases.#count++;
    }
    return aliases;
  }
}
