import { expect, test } from 'vitest';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { eventMessage } from '../../src/wire/event-message.ts';
import { decodeLogMessage, isRaw } from '../../src/wire/log-codec.ts';

const EVENT: CustomerEvent = {
  type: 'track',
  customer: 'ann',
  anonymousId: undefined,
  messageId: 'decided-1',
  at: 1_000,
  event: 'Campaign Decided',
  properties: { campaign_id: 'welcome', trigger: { kind: 'entered', segment: 'vip' } },
  context: {},
};

test('an event that is told alone is read as it was, and bears no stamp', () => {
  const { subject, headers, body } = eventMessage(3, EVENT);
  expect(subject).toBe('shoal.events.3');
  expect(isRaw(headers)).toBe(true);
  expect(decodeLogMessage(headers, body)).toEqual({
    kind: 'events',
    sentAt: 1_000,
    events: [EVENT],
    history: false,
    rejected: [],
  });
});
