import { Packr } from 'msgpackr';
import { decodeRecord, type TransitionRecord } from './transition-record.ts';
import { unreadable } from './checkpoint.ts';

/*
 * A chunk of a checkpoint's outbox: records of transitions, as they were published, so that what
 * the broker has lost of them can be published again.
 */

const packr = new Packr({ useRecords: false });

/** @param bodies of records, as they were published */
export function encodeOutbox(bodies: readonly Uint8Array[]): Uint8Array {
  return packr.pack(bodies);
}

/** @throws ShoalError `checkpoint-unreadable`, `record-unreadable` (stop) */
export function decodeOutbox(bytes: Uint8Array): TransitionRecord[] {
  let bodies: unknown;
  try {
    bodies = packr.unpack(bytes);
  } catch (cause) {
    throw unreadable('its outbox cannot be unpacked', cause);
  }
  if (!Array.isArray(bodies)) throw unreadable('its outbox is no list');
  return bodies.map((body: unknown) => {
    if (body instanceof Uint8Array) return decodeRecord(body);
    throw unreadable('its outbox holds what is no record');
  });
}
