import type { Json } from '../base/json.ts';
import type { CustomerId } from '../base/id.ts';
import type { EpochMs } from '../base/time.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { ForgetMark } from '../engine/parcel.ts';
import { PASSED_ITEMS_MAX, readControl } from './control/control.ts';
import { isRejection, readEvent } from './event.ts';
import { badFrame, decodeFrame, encodeFrame } from './frame.ts';
import type { LogMessage, Rejection, Stamp } from './log-message.ts';
import { packPassed, type PassedItem } from './control/passed-item.ts';

/*
 * A message of a partition's log as it lies on the wire (durability: "Messages of a partition's
 * log").
 *
 * Headers: `Sh-V` the version of this format; `Sh-K` the kind, e(vents), t(ick) or c(ontrol);
 * `Sh-G` the stamp `<producer>.<n>`; `Sh-T` the sender's clock, ms; `Sh-H: 1` imported history. A
 * message without `Sh-V` is of a producer that knows nothing of Shoal: JSON, one event or an array
 * of them.
 */

const VERSION = '1';

/**
 * The most characters of one message of passed effects, unless a single one is longer: as UTF-8 far
 * less than NATS takes.
 */
export const PASSED_LENGTH_MAX = 256 * 1024;

export interface Encoded {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface MessageMeta {
  readonly stamp: Stamp;
  readonly sentAt: EpochMs;
}

/** @param events at most `BATCH_EVENTS_MAX` of them, all of one partition */
export function encodeEvents(
  events: readonly CustomerEvent[],
  meta: MessageMeta & { readonly history?: boolean },
): Encoded {
  return encodeWritten(encodeFrame(events), meta);
}

/** @param body of a `FrameWriter`, with at most `BATCH_EVENTS_MAX` events, all of one partition */
export function encodeWritten(
  body: Uint8Array,
  meta: MessageMeta & { readonly history?: boolean },
): Encoded {
  const headers = headersOf('e', meta);
  if (meta.history === true) headers.set('Sh-H', '1');
  return { headers, body };
}

/** An event without a stamp: only its `messageId` tells its repeat. */
export function encodeEventAlone(event: CustomerEvent): Encoded {
  const headers = new Map([
    ['Sh-V', VERSION],
    ['Sh-K', 'e'],
    ['Sh-T', String(event.at)],
  ]);
  return { headers, body: encodeFrame([event]) };
}

export function encodeTick(meta: MessageMeta): Encoded {
  return { headers: headersOf('t', meta), body: new Uint8Array(0) };
}

export function encodeDefine(definitions: Definitions, meta: MessageMeta): Encoded {
  return { headers: headersOf('c', meta), body: encodeJson({ type: 'define', definitions }) };
}

/**
 * Without a customer only the mark is kept. It needs no stamp: whoever is forgotten twice is
 * forgotten.
 */
export function encodeForget(forget: {
  readonly customer?: CustomerId | undefined;
  readonly mark: ForgetMark;
}): Encoded {
  const { customer, mark } = forget;
  const headers = new Map([
    ['Sh-V', VERSION],
    ['Sh-K', 'c'],
  ]);
  return { headers, body: encodeJson({ type: 'forget', customer, mark }) };
}

/**
 * What one partition passes on to another: the first of these effects, as many as fit, and not
 * none. It needs no stamp: each effect is known by its source and its number. As the sender's time
 * it bears the latest instant of them.
 *
 * @param items in the order of their numbers
 * @returns how many are in it, too
 */
export function encodePassed(
  source: number,
  items: readonly PassedItem[],
): Encoded & { readonly count: number } {
  const texts: string[] = [];
  let length = 0;
  let sentAt = 0;
  for (const item of items.slice(0, PASSED_ITEMS_MAX)) {
    const text = JSON.stringify(packPassed(item));
    length += text.length + 1;
    if (texts.length > 0 && length > PASSED_LENGTH_MAX) break;
    texts.push(text);
    sentAt = Math.max(sentAt, item.passed.at);
  }
  const body = `{"type":"passed","source":${source},"items":[${texts.join(',')}]}`;
  const headers = new Map([
    ['Sh-V', VERSION],
    ['Sh-K', 'c'],
    ['Sh-T', String(sentAt)],
  ]);
  return { headers, body: encoder.encode(body), count: texts.length };
}

/** Says that the message at this place with this time is passed over. It needs no stamp. */
export function encodeSkip(message: {
  readonly sequence: number;
  readonly storedAt: EpochMs;
}): Encoded {
  const headers = new Map([
    ['Sh-V', VERSION],
    ['Sh-K', 'c'],
  ]);
  const { sequence, storedAt } = message;
  return { headers, body: encodeJson({ type: 'skip', sequence, storedAt }) };
}

/** Whether nothing tells a message's repeat: it bears no stamp, and is no control. */
export function isRaw(headers: ReadonlyMap<string, string>): boolean {
  return !headers.has('Sh-G') && headers.get('Sh-K') !== 'c';
}

/** Reads any message of a partition's log. Never throws: what cannot be read is rejected. */
export function decodeLogMessage(
  headers: ReadonlyMap<string, string>,
  body: Uint8Array,
): LogMessage {
  const version = headers.get('Sh-V');
  if (version === undefined) return decodeRaw(body);
  if (version !== VERSION) return { kind: 'unknown', what: `version ${version}` };
  const meta = readMeta(headers);
  if (meta === undefined) return refused({}, badFrame('the header Sh-G or Sh-T cannot be read'));
  const kind = headers.get('Sh-K');
  switch (kind) {
    case 'e':
      return {
        kind: 'events',
        ...meta,
        history: headers.get('Sh-H') === '1',
        ...decodeFrame(body),
      };
    case 't':
      return { kind: 'tick', ...meta };
    case 'c':
      return { ...readControl(parseJson(body)), ...meta };
    default:
      return { kind: 'unknown', ...meta, what: `kind ${kind ?? 'missing'}` };
  }
}

function headersOf(kind: string, { stamp, sentAt }: MessageMeta): Map<string, string> {
  return new Map([
    ['Sh-V', VERSION],
    ['Sh-K', kind],
    ['Sh-G', `${stamp.producer}.${stamp.n}`],
    ['Sh-T', String(sentAt)],
  ]);
}

interface Meta {
  readonly stamp?: Stamp;
  readonly sentAt?: EpochMs;
}

/** @returns undefined when a header is there and cannot be read */
function readMeta(headers: ReadonlyMap<string, string>): Meta | undefined {
  const stampText = headers.get('Sh-G');
  const sentText = headers.get('Sh-T');
  const stamp = stampText === undefined ? undefined : readStamp(stampText);
  const sentAt = sentText === undefined ? undefined : readWhole(sentText);
  if (stampText !== undefined && stamp === undefined) return undefined;
  if (sentText !== undefined && sentAt === undefined) return undefined;
  return { ...(stamp !== undefined && { stamp }), ...(sentAt !== undefined && { sentAt }) };
}

function readStamp(text: string): Stamp | undefined {
  const dot = text.lastIndexOf('.');
  const n = readWhole(text.slice(dot + 1));
  return dot < 1 || n === undefined || n < 1 ? undefined : { producer: text.slice(0, dot), n };
}

/** A whole number from 0, of at most 15 digits, so that it is exact. */
function readWhole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function decodeRaw(body: Uint8Array): LogMessage {
  const json = parseJson(body);
  if (json === undefined) return refused({}, { reason: 'not-json', detail: 'the body is no JSON' });
  const events: CustomerEvent[] = [];
  const rejected: Rejection[] = [];
  for (const entry of Array.isArray(json) ? json : [json]) {
    const read = readEvent(entry);
    if (isRejection(read)) rejected.push(read);
    else events.push(read);
  }
  return { kind: 'events', events, history: false, rejected };
}

function refused(meta: Meta, rejection: Rejection): LogMessage {
  return { kind: 'events', ...meta, events: [], history: false, rejected: [rejection] };
}

function encodeJson(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns undefined when the bytes are no UTF-8 or no JSON */
function parseJson(bytes: Uint8Array): Json | undefined {
  try {
    const json: Json = JSON.parse(utf8.decode(bytes));
    return json;
  } catch {
    // The text of the engine's error differs between versions and tells a sender nothing more.
    return undefined;
  }
}
