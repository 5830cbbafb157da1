import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { packPassed, type PassedItem } from '../control/passed-item.ts';
import { isRejection, readEvent } from '../event.ts';
import { decodeFrame, encodeFrame } from '../frame.ts';
import { decodeLogMessage, encodeForget, type Encoded } from '../log-codec.ts';
import type { LogMessage } from '../log-message.ts';
import type { Names } from './names.ts';
import { withoutOtherId } from './other-id.ts';
import { withoutPassed } from './without-passed.ts';

/*
 * A message of a partition's log as it would be had there never been some customers.
 *
 * 1. Their events are not in it, and those of others name them as no other id.
 * 2. Everything else is as it was: who wrote it, when, and what it holds of others.
 * 3. What cannot be read and bears one of them is in it no more: nobody can say whose it is.
 * 4. A mark stays without its customer, so that stragglers are known.
 */

/** @returns undefined when the message is about none of them */
export function withoutCustomers(message: Encoded, names: Names): Uint8Array | undefined {
  const { headers, body } = message;
  const kind = headers.has('Sh-V') ? headers.get('Sh-K') : undefined;
  if (!names.mayBeIn(body, kind !== 'e')) return undefined;
  switch (kind) {
    case undefined:
      return headers.has('Sh-V') ? undefined : withoutInJson(body, names);
    case 'e':
      return withoutInFrame(body, names);
    case 'c':
      return withoutInControl(body, decodeLogMessage(headers, body), names);
    default:
      return undefined;
  }
}

function withoutInFrame(body: Uint8Array, names: Names): Uint8Array | undefined {
  const { events, rejected } = decodeFrame(body);
  const kept = events.filter(({ customer }) => !names.has(customer));
  const others = kept.map((event) => withoutOtherId(event, names));
  const isAmended = kept.length < events.length || others.some((event, i) => event !== kept[i]);
  const isBroken = rejected.length > 0 && names.areIn(body);
  return isAmended || isBroken ? encodeFrame(others) : undefined;
}

function withoutInControl(
  body: Uint8Array,
  message: LogMessage,
  names: Names,
): Uint8Array | undefined {
  switch (message.kind) {
    case 'passed': {
      const items = withoutPassed(message.items, names);
      return items === undefined ? undefined : passedBody(message.source, items);
    }
    case 'forget': {
      const { customer, mark } = message;
      return customer === undefined || !names.has(customer)
        ? undefined
        : encodeForget({ mark }).body;
    }
    case 'events':
      // A control that cannot be read.
      return names.areIn(body) ? passedBody(0, []) : undefined;
    default:
      return undefined;
  }
}

function passedBody(source: number, items: readonly PassedItem[]): Uint8Array {
  return encoder.encode(JSON.stringify({ type: 'passed', source, items: items.map(packPassed) }));
}

/** What a producer has written that knows nothing of Shoal. */
function withoutInJson(body: Uint8Array, names: Names): Uint8Array | undefined {
  const json = parseJson(body);
  if (json === undefined) return names.areIn(body) ? encoder.encode('[]') : undefined;
  const entries: readonly Json[] = Array.isArray(json) ? json : [json];
  const kept = entries.flatMap((entry) => withoutInEntry(entry, names));
  const isAmended = kept.length < entries.length || kept.some((entry, i) => entry !== entries[i]);
  return isAmended ? encoder.encode(JSON.stringify(kept)) : undefined;
}

/** @returns none, or one: the entry itself when it is about none of them */
function withoutInEntry(entry: Json, names: Names): readonly Json[] {
  const read = readEvent(entry);
  if (isRejection(read)) return holds(entry, names) ? [] : [entry];
  if (names.has(read.customer)) return [];
  return [isObject(entry) ? withoutOtherIdIn(entry, names) : entry];
}

function withoutOtherIdIn(entry: JsonObject, names: Names): JsonObject {
  const isTheirs = (value: Json | undefined): boolean =>
    typeof value === 'string' && names.has(value);
  const { anonymousId, previousId, ...rest } = entry;
  if (!isTheirs(anonymousId) && !isTheirs(previousId)) return entry;
  return {
    ...rest,
    ...(anonymousId !== undefined && !isTheirs(anonymousId) && { anonymousId }),
    ...(previousId !== undefined && !isTheirs(previousId) && { previousId }),
  };
}

/** Whether one of them is a text in a value. */
function holds(value: Json, names: Names): boolean {
  if (typeof value === 'string') return names.has(value);
  if (Array.isArray(value)) return value.some((one: Json) => holds(one, names));
  return isObject(value) && Object.values(value).some((one) => holds(one, names));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

function parseJson(bytes: Uint8Array): Json | undefined {
  try {
    const json: Json = JSON.parse(utf8.decode(bytes));
    return json;
  } catch {
    // No JSON: the log's reader says so, too.
    return undefined;
  }
}
