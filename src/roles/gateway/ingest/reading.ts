import { isObject, type Json, type JsonObject } from '../../../base/json.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../../../base/time.ts';
import type { CustomerEvent, EventType } from '../../../rules/event.ts';
import { isRejection, readEvent, type Given } from '../../../wire/event.ts';
import type { RejectionReason } from '../../../wire/log-message.ts';
import type { ApiKey } from '../keys/key.ts';
import { clockBehindMs } from './clock-correction.ts';

/** Why a message of a request is not taken. */
export type RefusalReason = RejectionReason | 'not-allowed' | 'too-many';

/** A message that is not taken. */
export interface Refused {
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly reason: RefusalReason;
  /** What is wrong, for a person. */
  readonly detail: string;
}

/** How the messages of a request are read. */
export interface ReadingRules {
  readonly key: ApiKey;
  /** Of the route, where it takes one message. */
  readonly type?: EventType | undefined;
  readonly receivedAt: EpochMs;
  /** What happened long ago: its times stand as they are written, and none may be missing. */
  readonly isHistory: boolean;
  /** Of one event as JSON; undefined: the whole body is not longer. */
  readonly eventBytesMax?: number | undefined;
  readonly admits: (customer: string) => boolean;
}

export interface Reading {
  readonly events: CustomerEvent[];
  readonly refused: Refused[];
}

/**
 * A browser may deliver what it could not while it was offline. What a public key says is older
 * counts as just so old: nobody can make up a past.
 */
const PUBLIC_AGE_MS_MAX: DurationMs = DAY_MS;

/** @param common what stands beside the messages: `sentAt`, `context` */
export function readMessages(
  messages: readonly Json[],
  common: JsonObject,
  rules: ReadingRules,
): Reading {
  const reading: Reading = { events: [], refused: [] };
  const given = givenBy(common, rules);
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    const read = readEvent(
      message,
      common['sentAt'] === undefined ? own(message, given, rules) : given,
    );
    if (isRejection(read)) {
      reading.refused.push({ index, ...read });
      continue;
    }
    const refused = refuse(read, index, rules);
    if (refused === undefined) reading.events.push(read);
    else reading.refused.push(refused);
  }
  return reading;
}

function givenBy({ sentAt, context }: JsonObject, rules: ReadingRules): Given {
  const { type, receivedAt, isHistory, key, eventBytesMax: bytesMax } = rules;
  return {
    type,
    bytesMax,
    context: isObject(context) ? context : undefined,
    at: isHistory ? undefined : receivedAt,
    behindMs: isHistory ? 0 : clockBehindMs(sentAt, receivedAt),
    earliestAt: key.kind === 'public' ? receivedAt - PUBLIC_AGE_MS_MAX : undefined,
  };
}

/** A message that bears its own `sentAt`. */
function own(message: Json | undefined, given: Given, rules: ReadingRules): Given {
  const sentAt = isObject(message) ? message['sentAt'] : undefined;
  if (sentAt === undefined || rules.isHistory) return given;
  return { ...given, behindMs: clockBehindMs(sentAt, rules.receivedAt) };
}

function refuse(event: CustomerEvent, index: number, rules: ReadingRules): Refused | undefined {
  const { key, admits } = rules;
  if (key.events !== undefined && !key.events.has(event.event)) {
    const detail = `the key may not send ${JSON.stringify(event.event)}`;
    return { index, reason: 'not-allowed', detail };
  }
  if (admits(event.customer)) return undefined;
  return { index, reason: 'too-many', detail: 'the customer has had too many events in a second' };
}
