import type { CustomerEvent } from '../rules/event.ts';
import { encodeEventAlone } from './log-codec.ts';
import { eventsSubject } from './subject.ts';

/** What is appended to the log for an event that Shoal itself tells of. */
export interface EventMessage {
  readonly subject: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/**
 * One event as a message of its partition's log. It bears no stamp: what keeps it from counting
 * twice is its `messageId`, so give it one that is the same whenever the same thing is told.
 *
 * @param partition that of the event's customer
 */
export function eventMessage(partition: number, event: CustomerEvent): EventMessage {
  return { subject: eventsSubject(partition), ...encodeEventAlone(event) };
}
