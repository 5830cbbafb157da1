import { isObject, type Json } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { CustomerEvent } from '../rules/event.ts';
import { isRejection, readEvent } from './event.ts';
import { badFrame, decodeFrame, encodeFrame } from './frame.ts';
import type { LogMessage, Rejection, Stamp } from './log-message.ts';

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
  const headers = headersOf('e', meta);
  if (meta.history === true) headers.set('Sh-H', '1');
  return { headers, body: encodeFrame(events) };
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
  const body = new TextEncoder().encode(JSON.stringify({ type: 'define', definitions }));
  return { headers: headersOf('c', meta), body };
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
  const body = new TextEncoder().encode(JSON.stringify({ type: 'skip', sequence, storedAt }));
  return { headers, body };
}

/** Whether a message bears no stamp, so that nothing tells its repeat. */
export function isRaw(headers: ReadonlyMap<string, string>): boolean {
  return !headers.has('Sh-G');
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
      return decodeControl(meta, body);
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

function decodeControl(meta: Meta, body: Uint8Array): LogMessage {
  const control = parseJson(body);
  if (!isObject(control) || typeof control['type'] !== 'string') {
    return refused(meta, badFrame('the body is no control'));
  }
  const { type, definitions, sequence, storedAt } = control;
  if (type === 'skip') {
    if (typeof sequence === 'number' && typeof storedAt === 'number')
      return { kind: 'skip', ...meta, sequence, storedAt };
    return refused(meta, badFrame('the body names no message to be passed over'));
  }
  if (type !== 'define') return { kind: 'unknown', ...meta, what: `control ${type}` };
  if (!isDefinitions(definitions)) return refused(meta, badFrame('the body holds no definitions'));
  return { kind: 'define', ...meta, definitions };
}

/**
 * Looks at the outline only: definitions are checked before they are written, and who may write
 * controls into a log may as well write wrong rules that look right.
 */
function isDefinitions(value: unknown): value is Definitions {
  if (!isObject(value)) return false;
  const { segments, campaigns, zone, zones = [] } = value;
  if (!isListOfNamed(segments, 'rule') || !isListOfNamed(campaigns, 'when')) return false;
  if (!isObject(zone) || typeof zone['name'] !== 'string' || !hasOffsets(zone)) return false;
  return Array.isArray(zones) && zones.every((one: Json) => hasOffsets(one) && hasNames(one));
}

function hasOffsets(zone: Json): boolean {
  if (!isObject(zone)) return false;
  const { fromAts, offsetsMs } = zone;
  if (!isListOfNumbers(fromAts) || !isListOfNumbers(offsetsMs)) return false;
  return fromAts.length > 0 && fromAts.length === offsetsMs.length;
}

function hasNames(zone: Json): boolean {
  const names = isObject(zone) ? zone['names'] : undefined;
  return Array.isArray(names) && names.every((name: Json) => typeof name === 'string');
}

function isListOfNamed(list: Json | undefined, part: string): boolean {
  return (
    Array.isArray(list) &&
    list.every((one: Json) => isObject(one) && typeof one['id'] === 'string' && isObject(one[part]))
  );
}

function isListOfNumbers(list: Json | undefined): list is readonly number[] {
  return Array.isArray(list) && list.every((one: Json) => typeof one === 'number');
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
