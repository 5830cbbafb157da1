import { Unpackr } from 'msgpackr';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import type { CustomerEvent } from '../rules/event.ts';
import { isCustomerId, nameOf } from './event.ts';
import { FIELDS, FrameWriter, TYPES } from './packing/frame-writer.ts';
import type { Rejection } from './log-message.ts';
import { isPlainJson } from './plain-json.ts';

/*
 * The body of an event message: a batch of customer events, packed.
 *
 * 1. A body stands alone: the record structures that it uses are in it.
 * 2. What is read is checked as if anybody had written it, since anybody can write into the log.
 * 3. What JSON can say comes back as it was, but for three things that msgpackr changes: a key
 *    `__proto__` comes back as `__proto_`, minus zero as zero, a lone surrogate as U+FFFD.
 */

/**
 * The most events that one body holds. History is known by its file and the numbers of its
 * messages: what was sent under another number than this would count again.
 */
export const BATCH_EVENTS_MAX = 1_024;

/** No instant lies further from the epoch (ECMA-262, time values). */
const INSTANT_MAX = 8.64e15;

const unpackr = new Unpackr({ mapsAsObjects: true, int64AsType: 'number' });

const writer = new FrameWriter();

export function encodeFrame(events: readonly CustomerEvent[]): Uint8Array {
  for (const event of events) writer.add(event);
  return writer.take();
}

/** Reads a body. Never throws: what is no event comes back as rejected. */
export function decodeFrame(body: Uint8Array): {
  readonly events: CustomerEvent[];
  readonly rejected: Rejection[];
} {
  const events: CustomerEvent[] = [];
  const rejected: Rejection[] = [];
  const entries = unpackFrame(body);
  if (!Array.isArray(entries) || entries.length > BATCH_EVENTS_MAX) {
    return { events, rejected: [badFrame('the body is no batch of events')] };
  }
  for (const entry of entries) {
    const event = readPacked(entry);
    if (event === undefined) rejected.push(badFrame('an entry of the batch is no event'));
    else events.push(event);
  }
  return { events, rejected };
}

export function badFrame(detail: string): Rejection {
  return { reason: 'bad-frame', detail };
}

function unpackFrame(body: Uint8Array): unknown {
  try {
    return unpackr.unpack(body);
  } catch {
    // msgpackr throws errors of every kind on bytes that it did not write; they say nothing more.
    return undefined;
  }
}

function readPacked(entry: unknown): CustomerEvent | undefined {
  if (!Array.isArray(entry) || entry.length !== FIELDS) return undefined;
  const fields: readonly unknown[] = entry;
  const [code, customer, at, event, properties, context, messageId, other] = fields;
  // True says that it is the customer's own.
  const anonymousId = other === true ? customer : other;
  const type = typeof code === 'number' ? TYPES[code] : undefined;
  if (type === undefined || !isCustomerId(customer) || !isInstant(at)) return undefined;
  if (typeof event !== 'string' || event !== nameOf(type, event)) return undefined;
  if (!isPlainObject(properties) || !isPlainObject(context)) return undefined;
  if (messageId !== null && (typeof messageId !== 'string' || messageId === '')) return undefined;
  if (anonymousId !== null && !isCustomerId(anonymousId)) return undefined;
  return {
    type,
    customer,
    anonymousId: anonymousId ?? undefined,
    messageId: messageId ?? undefined,
    at,
    event,
    properties,
    context,
  };
}

/** Reads an event that JSON bore, as strictly as one of a batch. @returns undefined for no event */
export function readEventJson(value: unknown): CustomerEvent | undefined {
  if (!isObject(value)) return undefined;
  const { type, customer, at, event, properties, context, messageId, anonymousId } = value;
  const code = TYPES.findIndex((one) => one === type);
  const ids = [messageId ?? null, anonymousId ?? null];
  return readPacked([code, customer, at, event, properties, context, ...ids]);
}

export function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INSTANT_MAX;
}

function isPlainObject(value: unknown): value is JsonObject {
  return isObject(value) && isPlainJson(value satisfies Json);
}
