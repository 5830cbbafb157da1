import type { Json, JsonObject } from '../../base/json.ts';
import type { CustomerEvent, EventType } from '../../rules/event.ts';
import { isList } from '../plain-json.ts';
import { FIRST_RECORD, LAST_RECORD, LIST_HEAD_BYTES, PackedBytes } from './packed-bytes.ts';
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

/** A record's definition begins with these. */
const EXTENSION_1 = 0xd4;
const RECORD = 0x72;

export class FrameWriter {
  readonly #bytesMax: number;
  readonly #packed = new PackedBytes();
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
    this.#packed.at = LIST_HEAD_BYTES;
  }

  /** Events that are written. */
  get count(): number {
    return this.#count;
  }

  /** @returns false when there is no room for it: then the body must be taken first */
  add(event: CustomerEvent): boolean {
    const packed = this.#packed;
    const before = packed.at;
    packed.list(FIELDS);
    packed.byte(TYPES.indexOf(event.type));
    packed.text(event.customer);
    packed.number(event.at);
    packed.text(event.event);
    this.#object(event.properties);
    this.#object(event.context);
    this.#value(event.messageId ?? null);
    const { anonymousId = null } = event;
    this.#value(anonymousId === event.customer ? true : anonymousId);
    if (packed.at > this.#bytesMax && this.#count > 0) {
      packed.at = before;
      return false;
    }
    this.#count++;
    return true;
  }

  /** The body; the next event begins another one. */
  take(): Uint8Array {
    this.#packed.listAt(0, this.#count);
    const body = this.#packed.take();
    this.#packed.at = LIST_HEAD_BYTES;
    this.#count = 0;
    this.#records.fill(0);
    this.#nextRecord = FIRST_RECORD;
    return body;
  }

  /** @param body which nobody looks at any more: its memory is written again */
  giveBack(body: Uint8Array): void {
    this.#packed.giveBack(body);
  }

  #value(value: Json): void {
    if (typeof value === 'string') this.#packed.text(value);
    else if (typeof value === 'number') this.#packed.number(value);
    else if (typeof value === 'boolean') this.#packed.truth(value);
    else if (value === null || value === undefined) this.#packed.nil();
    else if (isList(value)) this.#list(value);
    else this.#object(value);
  }

  #list(list: readonly Json[]): void {
    this.#packed.list(list.length);
    for (let i = 0; i < list.length; i++) this.#value(list[i] ?? null);
  }

  #object(object: JsonObject): void {
    const shape = this.#shapes.of(object);
    if (this.#shapes.generation !== this.#generation) {
      this.#generation = this.#shapes.generation;
      this.#records.fill(0);
    }
    const record = shape === undefined ? 0 : (this.#records[shape.id] ?? 0);
    if (record !== 0) this.#packed.byte(record);
    else if (shape === undefined || !this.#defineRecord(shape)) return this.#map(object);
    for (const key in object) {
      const value = object[key] ?? null;
      // Most are: this is quicker than to ask there.
      if (typeof value === 'string') this.#packed.text(value);
      else this.#value(value);
    }
  }

  /** @returns false when there are enough records, and a map will do */
  #defineRecord({ id, keys }: Shape): boolean {
    if (this.#nextRecord > LAST_RECORD) return false;
    const record = this.#nextRecord++;
    this.#records[id] = record;
    this.#packed.byte(EXTENSION_1);
    this.#packed.byte(RECORD);
    this.#packed.byte(record);
    this.#list(keys);
    return true;
  }

  #map(object: JsonObject): void {
    const keys = Object.keys(object);
    this.#packed.map(keys.length);
    for (const key of keys) {
      this.#packed.text(key);
      this.#value(object[key] ?? null);
    }
  }
}
