import type { Json, JsonObject } from '../base/json.ts';
import type { CustomerEvent, EventType } from '../rules/event.ts';
import { isList } from './plain-json.ts';
import { Shapes, SHAPES_MAX, type Shape } from './shapes.ts';

/*
 * Writes the body of an event message, event by event, in the format that msgpackr reads:
 * MessagePack, with records for objects of the same keys. msgpackr itself could only write a batch
 * whole, when its events have left the processor's caches; this way an event is written while it is
 * at hand, and what waits are bytes.
 *
 * 1. A body stands alone: the keys of its records are in it.
 */

/** The places in this list are what is packed: append only. */
export const TYPES: readonly EventType[] = [
  'track',
  'identify',
  'page',
  'screen',
  'group',
  'alias',
];

/** How many values an event is packed as. */
export const FIELDS = 8;

/** Bytes of MessagePack, and of msgpackr's records. */
const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;
const DOUBLE = 0xcb;
const BYTE = 0xcc;
const UINT_16 = 0xcd;
const UINT_32 = 0xce;
const INT_32 = 0xd2;
const EXTENSION_1 = 0xd4;
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
const RECORD = 0x72;
const FIRST_RECORD = 0x40;
const LAST_RECORD = 0x7f;

const HEAD_BYTES = 3;
const ROOM_BYTES = 16 * 1024;
/** More memory than this is not kept for other bodies. */
const KEPT_BYTES_MAX = 256 * 1024;
/** Longer text is quicker written by the system's own encoder. */
const SHORT_TEXT_MAX = 64;
/** Its length stands in the byte of its kind. */
const TINY_TEXT_MAX = 31;

export class FrameWriter {
  readonly #bytesMax: number;
  #bytes: Buffer = Buffer.allocUnsafeSlow(ROOM_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** For the body after this one. */
  #spare: Buffer | undefined;
  #at = HEAD_BYTES;
  #count = 0;
  readonly #shapes: Shapes;
  #generation = 0;
  /** By the shape's id: the byte that stands for it in this body; 0: none yet. */
  readonly #records = new Uint8Array(SHAPES_MAX);
  #nextRecord = FIRST_RECORD;

  /**
   * @param bytesMax the most bytes of a body, unless a single event is longer
   * @param shapes   to be shared by writers whose events are alike
   */
  constructor(bytesMax: number = Number.POSITIVE_INFINITY, shapes = new Shapes()) {
    this.#bytesMax = bytesMax;
    this.#shapes = shapes;
  }

  /** Events that are written. */
  get count(): number {
    return this.#count;
  }

  /** @returns false when there is no room for it: then the body must be taken first */
  add(event: CustomerEvent): boolean {
    const before = this.#at;
    this.#byte(SHORT_LIST | FIELDS);
    this.#byte(TYPES.indexOf(event.type));
    this.#text(event.customer);
    this.#number(event.at);
    this.#text(event.event);
    this.#object(event.properties);
    this.#object(event.context);
    this.#value(event.messageId ?? null);
    const { anonymousId = null } = event;
    this.#value(anonymousId === event.customer ? true : anonymousId);
    if (this.#at > this.#bytesMax && this.#count > 0) {
      this.#at = before;
      return false;
    }
    this.#count++;
    return true;
  }

  /** The body; the next event begins another one. */
  take(): Uint8Array {
    this.#bytes[0] = LIST_16;
    this.#view.setUint16(1, this.#count);
    const body = this.#cut();
    this.#at = HEAD_BYTES;
    this.#count = 0;
    this.#records.fill(0);
    this.#nextRecord = FIRST_RECORD;
    return body;
  }

  /** @param body which nobody looks at any more: its memory is written again */
  giveBack({ buffer }: Uint8Array): void {
    const { byteLength } = buffer;
    if (byteLength >= ROOM_BYTES && byteLength <= KEPT_BYTES_MAX) this.#spare = Buffer.from(buffer);
  }

  /** A body takes its memory along, unless it fills little of it. */
  #cut(): Uint8Array {
    const { length } = this.#bytes;
    const body = new Uint8Array(this.#bytes.buffer, 0, this.#at);
    const isSmall = this.#at * 2 < length;
    if (!isSmall || length > KEPT_BYTES_MAX) {
      this.#writeInto(this.#spare ?? Buffer.allocUnsafeSlow(ROOM_BYTES));
      this.#spare = undefined;
    }
    return isSmall ? new Uint8Array(body) : body;
  }

  #value(value: Json): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE);
    else if (value === null || value === undefined) this.#byte(NIL);
    else if (isList(value)) this.#list(value);
    else this.#object(value);
  }

  #list(list: readonly Json[]): void {
    this.#size(list.length, SHORT_LIST, LIST_16, LIST_32);
    for (let i = 0; i < list.length; i++) this.#value(list[i] ?? null);
  }

  #object(object: JsonObject): void {
    const shape = this.#shapes.of(object);
    if (this.#shapes.generation !== this.#generation) {
      this.#generation = this.#shapes.generation;
      this.#records.fill(0);
    }
    const record = shape === undefined ? 0 : (this.#records[shape.id] ?? 0);
    if (record !== 0) this.#byte(record);
    else if (shape === undefined || !this.#defineRecord(shape)) return this.#map(object);
    for (const key in object) this.#value(object[key] ?? null);
  }

  /** @returns false when there are enough records, and a map will do */
  #defineRecord({ id, keys }: Shape): boolean {
    if (this.#nextRecord > LAST_RECORD) return false;
    const record = this.#nextRecord++;
    this.#records[id] = record;
    this.#byte(EXTENSION_1);
    this.#byte(RECORD);
    this.#byte(record);
    this.#list(keys);
    return true;
  }

  #map(object: JsonObject): void {
    const keys = Object.keys(object);
    this.#size(keys.length, EMPTY_MAP, MAP_16, MAP_32);
    for (const key of keys) {
      this.#text(key);
      this.#value(object[key] ?? null);
    }
  }

  /** @param short the byte of a size below 16, which is added to it */
  #size(size: number, short: number, byteOf16: number, byteOf32: number): void {
    this.#room(5);
    if (size < 16) {
      this.#byte(short | size);
    } else if (size < 0x10000) {
      this.#byte(byteOf16);
      this.#view.setUint16(this.#at, size);
      this.#at += 2;
    } else {
      this.#byte(byteOf32);
      this.#view.setUint32(this.#at, size);
      this.#at += 4;
    }
  }

  #number(value: number): void {
    this.#room(9);
    if (value >>> 0 === value) return this.#whole(value);
    if ((value | 0) === value) {
      this.#byte(INT_32);
      this.#view.setInt32(this.#at, value);
      this.#at += 4;
      return;
    }
    this.#byte(DOUBLE);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  #whole(value: number): void {
    if (value < FIRST_RECORD) {
      this.#byte(value);
    } else if (value < 0x100) {
      this.#byte(BYTE);
      this.#byte(value);
    } else if (value < 0x10000) {
      this.#byte(UINT_16);
      this.#view.setUint16(this.#at, value);
      this.#at += 2;
    } else {
      this.#byte(UINT_32);
      this.#view.setUint32(this.#at, value);
      this.#at += 4;
    }
  }

  /** Most text is short and ASCII: then the loop is quicker than the encoder. */
  #text(text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT_MAX) return this.#longText(text);
    const bytes = this.#room(length + 2);
    let at = this.#at;
    if (length > TINY_TEXT_MAX) {
      bytes[at++] = TEXT_8;
      bytes[at++] = length;
    } else {
      bytes[at++] = SHORT_TEXT | length;
    }
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.#longText(text);
      bytes[at++] = unit;
    }
    this.#at = at;
  }

  #longText(text: string): void {
    const bytesMax = text.length * 3;
    const headBytes = bytesMax < 0x100 ? 2 : bytesMax < 0x10000 ? 3 : 5;
    const bytes = this.#room(bytesMax + headBytes);
    const written = bytes.write(text, this.#at + headBytes);
    if (headBytes === 2) {
      bytes[this.#at] = TEXT_8;
      bytes[this.#at + 1] = written;
    } else if (headBytes === 3) {
      bytes[this.#at] = TEXT_16;
      this.#view.setUint16(this.#at + 1, written);
    } else {
      bytes[this.#at] = TEXT_32;
      this.#view.setUint32(this.#at + 1, written);
    }
    this.#at += headBytes + written;
  }

  #byte(byte: number): void {
    this.#room(1)[this.#at++] = byte;
  }

  /** Makes sure that so many bytes fit behind what is written. */
  #room(bytes: number): Buffer {
    const needed = this.#at + bytes;
    if (needed > this.#bytes.length) this.#grow(Math.max(needed, this.#bytes.length * 2));
    return this.#bytes;
  }

  #grow(bytes: number): void {
    const grown = Buffer.allocUnsafeSlow(bytes);
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#writeInto(grown);
  }

  #writeInto(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
