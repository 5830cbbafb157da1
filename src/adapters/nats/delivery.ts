import { MsgHdrsImpl, type Msg, type MsgHdrs } from 'nats';
import { assert } from '../../base/assert.ts';
import type { StoredMessage } from '../../roles/ports/log.ts';

/** Where a delivered message stands, as its reply subject tells. */
export interface Place {
  /** In the stream, from 1. */
  readonly sequence: number;
  /** The how-manieth delivery of this consumer, from 1. */
  readonly delivery: number;
  /** When the broker stored it, ms since the epoch. */
  readonly storedAt: number;
  /** How many messages the consumer has not delivered yet. */
  readonly pending: number;
}

/** `$JS ACK <stream> <consumer> <delivered> <stream seq> <consumer seq> <time> <pending>` */
const FIELDS_AT = 2;
/** The same behind `<domain> <account hash>`, with or without a token at the end. */
const FIELDS_AT_V2 = 4;
const TOKENS = 9;

/** Reads the reply subject of a delivered message, in the form of old and of new servers. */
export function placeOf(reply: string): Place {
  const tokens = reply.split('.');
  assert(tokens.length >= TOKENS, 'a delivered message bears its place');
  const at = tokens.length === TOKENS ? FIELDS_AT : FIELDS_AT_V2;
  return {
    sequence: Number(tokens[at + 3]),
    delivery: Number(tokens[at + 4]),
    storedAt: msOfNanos(tokens[at + 5] ?? ''),
    pending: Number(tokens[at + 6]),
  };
}

/** Nanoseconds have more digits than a number holds exactly: the last six are cut off as text. */
function msOfNanos(nanos: string): number {
  return Number(nanos.slice(0, -6));
}

export function storedMessage(message: Msg, place: Place): StoredMessage {
  const { sequence, storedAt } = place;
  const headers = plainHeaders(message.headers);
  return { subject: message.subject, sequence, storedAt, headers, body: message.data };
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

export function plainHeaders(headers: MsgHdrs | undefined): ReadonlyMap<string, string> {
  if (headers === undefined) return NO_HEADERS;
  const plain = new Map<string, string>();
  for (const [name, values] of headers) plain.set(name, values[0] ?? '');
  return plain;
}

/** Reads a header block as the stream's API hands it out, base64. */
export function headersOfBlock(block: string | undefined): ReadonlyMap<string, string> {
  if (block === undefined || block === '') return NO_HEADERS;
  return plainHeaders(MsgHdrsImpl.decode(Buffer.from(block, 'base64')));
}
