import type { CustomerId } from '../../base/id.ts';
import type { Parcel } from '../parcel.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';

/*
 * Texts that are too long for one parcel, in slices.
 *
 * 1. The slices of a text come in order, from its first one on: what comes otherwise is dropped.
 * 2. So what has come is short-lived: it is kept until the last slice is there.
 */

/** The most characters of a slice, UTF-16 units. */
export const SLICE_LENGTH_MAX = 64 * 1024;

export type Slice = Extract<Parcel, { type: 'merge' }>;

export function slicesOf(id: string, text: string): Slice[] {
  const texts: string[] = [];
  for (let from = 0; from < text.length || from === 0;) {
    const to = from + SLICE_LENGTH_MAX;
    // Never between the two halves of a character.
    const end = isHigh(text.charCodeAt(to - 1)) ? to - 1 : to;
    texts.push(text.slice(from, end));
    from = end;
  }
  const slices = texts.length;
  return texts.map((part, slice) => ({ type: 'merge', id, slice, slices, text: part }));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

interface Open {
  readonly id: string;
  readonly slices: number;
  readonly texts: string[];
}

/** The texts of which not all slices have come. */
export class Slices {
  /** By whom they are about, then by whom they are for. */
  readonly #open = new Map<string, Open>();

  /** @returns the whole text with its last slice; undefined before */
  take(from: CustomerId, to: CustomerId, { id, slice, slices, text }: Slice): string | undefined {
    const key = keyOf(from, to);
    const known = this.#open.get(key);
    const open = slice === 0 ? { id, slices, texts: [] } : known;
    if (open?.id !== id || open.texts.length !== slice) return undefined;
    open.texts.push(text);
    if (slice + 1 < slices) {
      this.#open.set(key, open);
      return undefined;
    }
    this.#open.delete(key);
    return open.texts.join('');
  }

  /** Takes out the slices that have come for a customer, who is one no more. */
  takeAllFor(to: CustomerId): { readonly from: CustomerId; readonly slices: readonly Slice[] }[] {
    const found = [...this.#open.keys()].filter((key) => key.endsWith(`\n${to}`));
    return found.map((key) => {
      const { id, slices, texts } = this.#open.get(key) ?? { id: '', slices: 0, texts: [] };
      this.#open.delete(key);
      const parcels = texts.map((text, slice): Slice => {
        return { type: 'merge', id, slice, slices, text };
      });
      return { from: key.slice(0, -to.length - 1), slices: parcels };
    });
  }

  toSections(): Sections {
    const writer = new ByteWriter();
    for (const [key, { id, slices, texts }] of this.#open) {
      writer.text(key);
      writer.text(id);
      writer.u32(slices);
      writer.u32(texts.length);
      for (const text of texts) writer.text(text);
    }
    return new Map([['slices', [writer.finish()]]]);
  }

  static fromSections(section: (name: string) => Uint8Array): Slices {
    const found = new Slices();
    const reader = new ByteReader(section('slices'));
    while (!reader.done) {
      const [key, id, slices] = [reader.text(), reader.text(), reader.u32()];
      const texts = Array.from({ length: reader.u32() }, () => reader.text());
      found.#open.set(key, { id, slices, texts });
    }
    return found;
  }
}

/** No id has a line feed in it. */
function keyOf(from: CustomerId, to: CustomerId): string {
  return `${from}\n${to}`;
}
