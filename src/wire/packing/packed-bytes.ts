/*
 * Memory that MessagePack is written into, value by value, as msgpackr reads it. Which values stand
 * together is up to the caller.
 */

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const DOUBLE = 0xcb;
const BYTE = 0xcc;
const UINT_16 = 0xcd;
const UINT_32 = 0xce;
const INT_32 = 0xd2;
const TEXT_8 = 0xd9;
const TEXT_16 = 0xda;
const TEXT_32 = 0xdb;
const LIST_16 = 0xdc;
const LIST_32 = 0xdd;
const MAP_16 = 0xde;
const MAP_32 = 0xdf;
const SHORT_LIST = 0x90;
const SHORT_TEXT = 0xa0;
const EMPTY_MAP = 0x80;

/** The bytes from here to `LAST_RECORD` stand for msgpackr's records, elsewhere for numbers. */
export const FIRST_RECORD = 0x40;
export const LAST_RECORD = 0x7f;

/** Of what `listAt` writes. */
export const LIST_HEAD_BYTES = 3;

const ROOM_BYTES = 16 * 1024;
/** More memory than this is not kept for other bodies. */
const KEPT_BYTES_MAX = 256 * 1024;
/** Longer text is quicker written by the system's own encoder. */
const SHORT_TEXT_MAX = 64;
const ASCII_MAX = 0x7f;
/** Its length stands in the byte of its kind. */
const TINY_TEXT_MAX = 31;

export class PackedBytes {
  /** Where the next value goes. Whoever sets it back takes back what is behind it. */
  at = 0;
  #bytes: Buffer = Buffer.allocUnsafeSlow(ROOM_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** For the body after this one. */
  #spare: Buffer | undefined;

  nil(): void {
    this.byte(NIL);
  }

  truth(value: boolean): void {
    this.byte(value ? TRUE : FALSE);
  }

  /** The head of a list; its values are to follow. */
  list(size: number): void {
    this.#size(size, SHORT_LIST, LIST_16, LIST_32);
  }

  /** The same of at most 65,535 values, over what stands at a place. */
  listAt(place: number, size: number): void {
    this.#bytes[place] = LIST_16;
    this.#view.setUint16(place + 1, size);
  }

  /** The head of a map; so many keys with their values are to follow. */
  map(size: number): void {
    this.#size(size, EMPTY_MAP, MAP_16, MAP_32);
  }

  number(value: number): void {
    this.#room(9);
    if (value >>> 0 === value) return this.#whole(value);
    if ((value | 0) === value) {
      this.byte(INT_32);
      this.#view.setInt32(this.at, value);
      this.at += 4;
      return;
    }
    this.byte(DOUBLE);
    this.#view.setFloat64(this.at, value);
    this.at += 8;
  }

  /** Most text is short and ASCII: then four units at a time are quicker than the encoder. */
  text(text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT_MAX) return this.#longText(text);
    const bytes = this.#room(length + 2);
    const view = this.#view;
    let at = this.at;
    if (length > TINY_TEXT_MAX) {
      bytes[at++] = TEXT_8;
      bytes[at++] = length;
    } else {
      bytes[at++] = SHORT_TEXT | length;
    }
    let bits = 0;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      bits |= a | b | c | d;
      view.setUint32(at + i, (a << 24) | (b << 16) | (c << 8) | d);
    }
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      bits |= unit;
      bytes[at + i] = unit;
    }
    if (bits > ASCII_MAX) return this.#longText(text);
    this.at = at + length;
  }

  byte(byte: number): void {
    this.#room(1)[this.at++] = byte;
  }

  /** What is written, with its memory unless that is mostly empty. The next value begins anew. */
  take(): Uint8Array {
    const { length } = this.#bytes;
    const body = new Uint8Array(this.#bytes.buffer, 0, this.at);
    const isSmall = this.at * 2 < length;
    if (!isSmall || length > KEPT_BYTES_MAX) {
      this.#writeInto(this.#spare ?? Buffer.allocUnsafeSlow(ROOM_BYTES));
      this.#spare = undefined;
    }
    this.at = 0;
    return isSmall ? new Uint8Array(body) : body;
  }

  /** @param body which nobody looks at any more: its memory is written again */
  giveBack({ buffer }: Uint8Array): void {
    const { byteLength } = buffer;
    if (byteLength >= ROOM_BYTES && byteLength <= KEPT_BYTES_MAX) this.#spare = Buffer.from(buffer);
  }

  /** @param short the byte of a size below 16, which is added to it */
  #size(size: number, short: number, byteOf16: number, byteOf32: number): void {
    if (size < 16) this.byte(short | size);
    else this.#wide(size, byteOf16, byteOf32);
  }

  #whole(value: number): void {
    if (value < FIRST_RECORD) {
      this.byte(value);
    } else if (value < 0x100) {
      this.byte(BYTE);
      this.byte(value);
    } else {
      this.#wide(value, UINT_16, UINT_32);
    }
  }

  /** A number of 16 or of 32 bits, behind the byte of its kind. */
  #wide(value: number, byteOf16: number, byteOf32: number): void {
    this.#room(5);
    if (value < 0x10000) {
      this.byte(byteOf16);
      this.#view.setUint16(this.at, value);
      this.at += 2;
    } else {
      this.byte(byteOf32);
      this.#view.setUint32(this.at, value);
      this.at += 4;
    }
  }

  #longText(text: string): void {
    const bytesMax = text.length * 3;
    const headBytes = bytesMax < 0x100 ? 2 : bytesMax < 0x10000 ? 3 : 5;
    const bytes = this.#room(bytesMax + headBytes);
    const written = bytes.write(text, this.at + headBytes);
    if (headBytes === 2) {
      bytes[this.at] = TEXT_8;
      bytes[this.at + 1] = written;
    } else if (headBytes === 3) {
      bytes[this.at] = TEXT_16;
      this.#view.setUint16(this.at + 1, written);
    } else {
      bytes[this.at] = TEXT_32;
      this.#view.setUint32(this.at + 1, written);
    }
    this.at += headBytes + written;
  }

  /** Makes sure that so many bytes fit behind what is written. */
  #room(bytes: number): Buffer {
    const needed = this.at + bytes;
    if (needed > this.#bytes.length) this.#grow(Math.max(needed, this.#bytes.length * 2));
    return this.#bytes;
  }

  #grow(bytes: number): void {
    const grown = Buffer.allocUnsafeSlow(bytes);
    this.#bytes.copy(grown, 0, 0, this.at);
    this.#writeInto(grown);
  }

  #writeInto(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
