import { ShoalError } from '../base/error.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { LiveSection, Section } from './protocol.ts';
import type { Sections } from './store/bytes.ts';
import type { Moment } from './moment.ts';

/** The layout of sections that this code writes and reads. */
export const SECTION_FORMAT = 3;

/** What a partition keeps beside the state of its customers. */
export interface Head extends Moment {
  readonly definitionsText: string;
  readonly n: number;
  readonly chain: string;
}

function writeHead(head: Head): Uint8Array {
  // JSON has no infinity: an engine that has fired nothing has no `firedTo`.
  const firedTo = Number.isFinite(head.firedTo) ? head.firedTo : undefined;
  return new TextEncoder().encode(JSON.stringify({ ...head, firedTo }));
}

export function readHead(bytes: Uint8Array): Head & { readonly definitions: Definitions } {
  // What is read here was written by `writeHead`, and its chunks have been checked by their hashes.
  const head = JSON.parse(new TextDecoder().decode(bytes)) as Omit<Head, 'firedTo'> & Partial<Head>;
  const definitions = JSON.parse(head.definitionsText) as Definitions;
  return { ...head, firedTo: head.firedTo ?? Number.NEGATIVE_INFINITY, definitions };
}

/** @param parts of the state, each with sections of its own */
export function* liveSections(head: Head, ...parts: readonly Sections[]): Generator<LiveSection> {
  yield { name: 'head', format: SECTION_FORMAT, pieces: [writeHead(head)] };
  for (const part of parts) {
    for (const [name, pieces] of part) yield { name, format: SECTION_FORMAT, pieces };
  }
}

/** The same section in memory of its own. */
export function copyOf({ name, format, pieces }: LiveSection): Section {
  return { name, format, bytes: Array.from(pieces, (piece) => piece.slice()) };
}

/** @returns the bytes of a section by its name; throws `checkpoint-unreadable` where it has none */
export function readSections(sections: readonly Section[]): (name: string) => Uint8Array {
  const byName = new Map(sections.map((section) => [section.name, section]));
  return (name) => {
    const section = byName.get(name);
    if (section?.format !== SECTION_FORMAT) {
      const found = section === undefined ? 'is missing' : `has format ${section.format}`;
      throw new ShoalError({
        code: 'checkpoint-unreadable',
        remedy: 'stop',
        message: `section "${name}" of the checkpoint ${found}`,
        hint: `this version reads format ${SECTION_FORMAT}; start the one that wrote it`,
      });
    }
    return join(section.bytes);
  };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
