import type { Input } from '../../../engine/protocol.ts';
import type { LogMessage } from '../../../wire/log-message.ts';
import type { StoredMessage } from '../../ports/log.ts';

/**
 * A message as the engine takes it; undefined for what is none of its business: one of a later
 * version, which is passed over, and one that says which others are.
 */
export function inputOf(stored: StoredMessage, message: LogMessage): Input | undefined {
  const body = bodyOf(message);
  if (body === undefined) return undefined;
  return { stamp: message.stamp, sentAt: message.sentAt, storedAt: stored.storedAt, body };
}

function bodyOf(message: LogMessage): Input['body'] | undefined {
  switch (message.kind) {
    case 'events':
      return { kind: 'events', events: message.events, history: message.history };
    case 'tick':
      return { kind: 'tick' };
    case 'define':
      return { kind: 'define', definitions: message.definitions };
    case 'passed':
      return { kind: 'passed', source: message.source, items: message.items };
    case 'forget':
      return { kind: 'forget', customer: message.customer, mark: message.mark };
    case 'skip':
    case 'unknown':
      return undefined;
  }
}
