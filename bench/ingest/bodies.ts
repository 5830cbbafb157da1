import { randomUUID } from 'node:crypto';
import { LiveShop } from '../../src/app/shop/live-shop.ts';
import type { Json } from '../../src/base/json.ts';
import { formatInstant } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { WRITE_KEY } from './write-key.ts';

/** How many bodies take turns: more than lie in the nearest caches. */
const BODIES = 64;
const CUSTOMERS = 100_000;

/** Bodies of so many events of the demo's shop, as Segment's SDK for Node sends them. */
export function bodiesOf(eventsPerBody: number): readonly string[] {
  const startAt = Date.now();
  const shop = new LiveShop({ seed: 1, customers: CUSTOMERS, startAt, rate: 1_000 });
  const events: CustomerEvent[] = [];
  for (let seconds = 1; events.length < BODIES * eventsPerBody; seconds++) {
    events.push(...shop.eventsUntil(startAt + seconds * 1_000));
  }
  return Array.from({ length: BODIES }, (_, i) => {
    const messages = events.slice(i * eventsPerBody, (i + 1) * eventsPerBody).map(messageOf);
    const sentAt = new Date().toISOString();
    return JSON.stringify(
      eventsPerBody === 1
        ? { ...messages[0], sentAt }
        : { batch: messages, writeKey: WRITE_KEY, sentAt },
    );
  });
}

function messageOf({ type, customer, at, event, properties, context }: CustomerEvent) {
  const library = { name: '@segment/analytics-node', version: '3.1.0' };
  return {
    userId: customer,
    ...(type === 'identify' ? { traits: properties } : { properties }),
    ...(type === 'track' ? { event } : {}),
    type,
    context: { ...context, library },
    integrations: {},
    timestamp: formatInstant(at),
    messageId: `node-next-${at}-${randomUUID()}`,
    _metadata: { nodeVersion: process.version, jsRuntime: 'node' },
  } satisfies Record<string, Json>;
}
