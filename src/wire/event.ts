import { isObject, own, type Json, type JsonObject } from '../base/json.ts';
import { parseInstant, utcOfDate, type DurationMs, type EpochMs } from '../base/time.ts';
import type { CustomerEvent, EventType } from '../rules/event.ts';
import type { Rejection, RejectionReason } from './log-message.ts';
import { DEPTH_MAX, jsonLengthMax } from './plain-json.ts';

/** What is known of a message beside its text, by how it came. */
export interface Given {
  /** Takes the place of its own. */
  readonly type?: EventType | undefined;
  /** When it happened if it does not say so, ms since the epoch. */
  readonly at?: EpochMs | undefined;
  /** By how much the clock that wrote its time was behind ours. */
  readonly behindMs?: DurationMs | undefined;
  /** What is said to have happened before happened then. */
  readonly earliestAt?: EpochMs | undefined;
  /** Of what is kept of it, as JSON. */
  readonly bytesMax?: number | undefined;
  /** What its context has beside its own keys. */
  readonly context?: JsonObject | undefined;
}

/*
 * One message of the Segment spec, parsed from JSON, becomes a `CustomerEvent` or is refused
 * (contract section 2). This is on the path of every event: plain checks by hand, no schema, no
 * patterns.
 */

const NONE: JsonObject = Object.freeze({});

const NOTHING_GIVEN: Given = {};

/** Reads one message. Never throws. */
export function readEvent(raw: unknown, given: Given = NOTHING_GIVEN): CustomerEvent | Rejection {
  if (!isObject(raw))
    return rejection('not-an-object', `a message is an object, not ${kindOf(raw)}`);
  const type = given.type ?? readType(raw['type']);
  if (type === undefined) return rejection('unknown-type', `type is ${quoted(raw['type'])}`);
  const ids = readIds(raw, type);
  if ('reason' in ids) return ids;
  const at = readTime(raw, given);
  if (typeof at !== 'number') return at;
  const event = nameOf(type, raw['event']);
  if (event === undefined) {
    return rejection('no-event-name', `event of a track is ${quoted(raw['event'])}`);
  }
  const properties = readProperties(raw, type);
  const context = readContext(raw, given);
  const { customer, anonymousId } = ids;
  const messageId = textOf(raw['messageId']);
  const read = { type, customer, anonymousId, messageId, at, event, properties, context };
  return refusedForSize(read, given) ?? read;
}

/** Tells what `readEvent` answered. */
export function isRejection(read: CustomerEvent | Rejection): read is Rejection {
  return 'reason' in read;
}

/** The name under which rules see an event; undefined for a track without one. */
export function nameOf(type: EventType, trackName: unknown): string | undefined {
  if (type === 'track') return textOf(trackName);
  return type === 'alias' ? '' : `$${type}`;
}

/** Whether a text can be the key of a customer: not empty, one line, no lone surrogate. */
export function isCustomerId(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit === LF) return false;
    if (unit < HIGH_SURROGATE || unit > LOW_SURROGATE_END) continue;
    const next = value.charCodeAt(i + 1);
    const paired = unit < LOW_SURROGATE && next >= LOW_SURROGATE && next <= LOW_SURROGATE_END;
    if (!paired) return false;
    i++;
  }
  return true;
}

const LF = 0x0a;
const HIGH_SURROGATE = 0xd800;
const LOW_SURROGATE = 0xdc00;
const LOW_SURROGATE_END = 0xdfff;

function readType(type: unknown): EventType | undefined {
  switch (type) {
    case 'track':
    case 'identify':
    case 'page':
    case 'screen':
    case 'group':
    case 'alias':
      return type;
    default:
      return undefined;
  }
}

function refusedForSize(event: CustomerEvent, { bytesMax }: Given): Rejection | undefined {
  const { customer, anonymousId = '', messageId = '', event: name, properties, context } = event;
  const length = jsonLengthMax(properties) + jsonLengthMax(context);
  if (length === Number.POSITIVE_INFINITY)
    return rejection('too-deep', `properties or context nest deeper than ${DEPTH_MAX}`);
  if (bytesMax === undefined) return undefined;
  const texts = customer.length + anonymousId.length + messageId.length + name.length;
  if (length + texts * 6 + FRAME_LENGTH_MAX <= bytesMax) return undefined;
  const bytes = encoder.encode(JSON.stringify(event)).length;
  return bytes <= bytesMax
    ? undefined
    : rejection('too-large', `the event has ${bytes} bytes, and may have ${bytesMax}`);
}

/** Of the names of an event's fields, and of its time. */
const FRAME_LENGTH_MAX = 200;

const encoder = new TextEncoder();

interface Ids {
  readonly customer: string;
  readonly anonymousId: string | undefined;
}

/** A null id is one that is not there; any id that is there must be one. */
function readIds(raw: JsonObject, type: EventType): Ids | Rejection {
  const userId = raw['userId'] ?? undefined;
  const otherKey = type === 'alias' && isMissing(raw['anonymousId']) ? 'previousId' : 'anonymousId';
  const other = raw[otherKey] ?? undefined;
  if (userId !== undefined && !isCustomerId(userId)) return badId('userId', userId);
  if (other !== undefined && !isCustomerId(other)) return badId(otherKey, other);
  // One's own id as the other one says that there is no `userId`.
  if (userId !== undefined) {
    return { customer: userId, anonymousId: other === userId ? undefined : other };
  }
  if (other !== undefined && otherKey === 'anonymousId') {
    return { customer: other, anonymousId: other };
  }
  return rejection('bad-id', 'there is neither a userId nor an anonymousId');
}

function badId(key: string, id: Json): Rejection {
  return rejection('bad-id', `${key} is ${quoted(id)}, which is no one-line, non-empty text`);
}

function readTime(raw: JsonObject, given: Given): EpochMs | Rejection {
  const key = isMissing(raw['timestamp']) ? 'originalTimestamp' : 'timestamp';
  const text = raw[key];
  if (given.at !== undefined && isMissing(text)) return given.at;
  const writtenAt = typeof text === 'string' ? readInstant(text) : undefined;
  if (writtenAt !== undefined)
    return Math.max(
      writtenAt + (given.behindMs ?? 0),
      given.earliestAt ?? Number.NEGATIVE_INFINITY,
    );
  return rejection('bad-timestamp', `${key} is ${quoted(text)}, which is no ISO 8601 instant`);
}

function readContext(raw: JsonObject, { context }: Given): JsonObject {
  const own = objectOf(raw['context']);
  return context === undefined ? own : { ...context, ...own };
}

function readProperties(raw: JsonObject, type: EventType): JsonObject {
  if (type === 'identify' || type === 'group') return objectOf(raw['traits']);
  const properties = objectOf(raw['properties']);
  if (type !== 'page' && type !== 'screen') return properties;
  const name = raw['name'];
  if (isMissing(name) || name === undefined || !isMissing(own(properties, 'name')))
    return properties;
  return { ...properties, name };
}

/** The minute that was read last: messages that come together are mostly of the same one. */
const minuteUnits = Uint16Array.from('1970-01-01T00:00:', (unit) => unit.charCodeAt(0));
let minuteAt: EpochMs = 0;

/** `2024-02-29T12:34:56.789Z`, as SDKs write it, by its digits; anything else the general way. */
export function readInstant(text: string): EpochMs | undefined {
  if (text.length !== 24 || text[19] !== '.' || text[23] !== 'Z') return parseInstant(text);
  if (!isOfMinute(text)) {
    if (!isStandard(text)) return parseInstant(text);
    if (!readMinute(text)) return undefined;
  }
  const second = digits(text, 17, 19);
  const at = minuteAt + second * 1_000 + digits(text, 20, 23);
  return second > 59 || Number.isNaN(at) ? undefined : at;
}

/** The units that differ stand at the end, if any do. */
function isOfMinute(text: string): boolean {
  for (let i = minuteUnits.length - 1; i >= 0; i--)
    if (text.charCodeAt(i) !== minuteUnits[i]) return false;
  return true;
}

function readMinute(text: string): boolean {
  const midnight = utcOfDate(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
  const [hour, minute] = [digits(text, 11, 13), digits(text, 14, 16)];
  if (midnight === undefined || !(hour <= 23 && minute <= 59)) return false;
  for (let i = 0; i < minuteUnits.length; i++) minuteUnits[i] = text.charCodeAt(i);
  minuteAt = midnight + (hour * 60 + minute) * 60_000;
  return true;
}

function isStandard(text: string): boolean {
  return (
    text[4] === '-' && text[7] === '-' && text[10] === 'T' && text[13] === ':' && text[16] === ':'
  );
}

/** Not a number where one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : NONE;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function rejection(reason: RejectionReason, detail: string): Rejection {
  return { reason, detail };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

/** A value for a message: whole when short, else its kind, since it may be anything. */
function quoted(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return kindOf(value);
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
