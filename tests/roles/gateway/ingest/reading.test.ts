import { describe, expect, it, test } from 'vitest';
import type { Json, JsonObject } from '../../../../src/base/json.ts';
import { readMessages, type ReadingRules } from '../../../../src/roles/gateway/ingest/reading.ts';
import type { CustomerEvent } from '../../../../src/rules/event.ts';

const NOW = Date.UTC(2024, 4, 1, 12);
const SECOND = 1_000;
const DAY = 86_400_000;

const iso = (at: number): string => new Date(at).toISOString();

const RULES: ReadingRules = {
  key: { id: 'shop', kind: 'server' },
  receivedAt: NOW,
  isHistory: false,
  admits: () => true,
};

function read(
  messages: readonly Json[],
  common: JsonObject = {},
  rules: Partial<ReadingRules> = {},
) {
  return readMessages(messages, common, { ...RULES, ...rules });
}

function readOne(message: Json, common?: JsonObject, rules?: Partial<ReadingRules>): CustomerEvent {
  const { events, refused } = read([message], common, rules);
  const [event] = events;
  if (event === undefined) throw new Error(JSON.stringify(refused));
  return event;
}

const track = (more: JsonObject = {}): JsonObject => ({
  type: 'track',
  userId: 'ann',
  event: 'Seen',
  ...more,
});

describe('messages', () => {
  it('are taken or refused one by one, each refusal with its place', () => {
    const { events, refused } = read([track(), { type: 'walk' }, 7, track({ userId: 'ben' })]);
    expect(events.map(({ customer }) => customer)).toEqual(['ann', 'ben']);
    expect(refused).toMatchObject([
      { index: 1, reason: 'unknown-type' },
      { index: 2, reason: 'not-an-object' },
    ]);
  });

  it('are what their path says, whatever they say', () => {
    const rules = { type: 'identify' } as const;
    const event = readOne({ userId: 'ann', type: 'track', traits: { a: 1 } }, {}, rules);
    expect(event).toMatchObject({ type: 'identify', event: '$identify', properties: { a: 1 } });
  });

  it('have of the batch’s context what their own lacks', () => {
    const context = { ip: '192.0.2.1', library: { name: 'a' } };
    expect(readOne(track({ context: { library: { name: 'b' } } }), { context }).context).toEqual({
      ip: '192.0.2.1',
      library: { name: 'b' },
    });
    expect(readOne(track(), { context }).context).toEqual(context);
    expect(readOne(track(), { context: 'none' }).context).toEqual({});
  });

  it('have no fields but those we know', () => {
    const event = readOne(track({ integrations: { All: true }, sentAt: 'x', admin: true }));
    expect(Object.keys(event).toSorted()).toEqual([
      'anonymousId',
      'at',
      'context',
      'customer',
      'event',
      'messageId',
      'properties',
      'type',
    ]);
  });

  it('of one customer may be too many', () => {
    const admitted = new Set(['ann']);
    const admits = (customer: string): boolean => admitted.delete(customer);
    const { events, refused } = read([track(), track()], {}, { admits });
    expect([events.length, refused]).toMatchObject([1, [{ index: 1, reason: 'too-many' }]]);
  });

  it('may be as large as is said, as JSON', () => {
    const rules = { eventBytesMax: 2_000 };
    const text = (length: number): JsonObject =>
      track({ properties: { text: 'é'.repeat(length) } });
    expect(read([text(800)], {}, rules).events).toHaveLength(1);
    expect(read([text(1_000)], {}, rules).refused).toMatchObject([{ reason: 'too-large' }]);
    const long = { messageId: 'm'.repeat(2_000) };
    expect(read([track(long)], {}, rules).refused).toMatchObject([{ reason: 'too-large' }]);
    expect(read([track({ integrations: long })], {}, rules).events).toHaveLength(1);
  });
});

describe('a public key', () => {
  const key = { id: 'web', kind: 'public', events: new Set(['Seen', '$page']) } as const;

  it('may send the names that it is bound to', () => {
    const others = [track({ event: 'Order Completed' }), { ...track(), type: 'identify' }];
    const alias = { type: 'alias', userId: 'ann', previousId: 'a' };
    const { events, refused } = read(
      [track(), { ...track(), type: 'page' }, ...others, alias],
      {},
      { key },
    );
    expect(events.map(({ event }) => event)).toEqual(['Seen', '$page']);
    expect(refused.map(({ index, reason }) => [index, reason])).toEqual([
      [2, 'not-allowed'],
      [3, 'not-allowed'],
      [4, 'not-allowed'],
    ]);
  });

  it('cannot make up a past of more than a day', () => {
    const at = (before: number): number =>
      readOne(track({ timestamp: iso(NOW - before) }), {}, { key }).at;
    expect(at(DAY / 2)).toBe(NOW - DAY / 2);
    expect(at(400 * DAY)).toBe(NOW - DAY);
    const byServer = readOne(track({ timestamp: iso(NOW - 400 * DAY) }));
    expect(byServer.at).toBe(NOW - 400 * DAY);
  });

  it('cannot do so by a clock either', () => {
    const sentAt = iso(NOW + 50 * 365 * DAY);
    expect(readOne(track({ timestamp: iso(NOW) }), { sentAt }, { key }).at).toBe(NOW - DAY);
  });
});

describe('the time of a message', () => {
  it('is when it came if it does not say', () => {
    expect(readOne(track()).at).toBe(NOW);
    expect(readOne(track({ timestamp: null })).at).toBe(NOW);
  });

  it('is refused when it is no instant', () => {
    for (const timestamp of ['yesterday', 1_700_000_000_000, '2024-05-01', {}])
      expect(read([track({ timestamp })]).refused).toMatchObject([{ reason: 'bad-timestamp' }]);
  });

  test.each([
    ['a clock that is an hour behind', NOW - 3_600_000, 60 * SECOND, NOW - 60 * SECOND],
    ['a clock that is a day ahead', NOW + DAY, 60 * SECOND, NOW - 60 * SECOND],
    ['a clock of 1970', 100_000, 60 * SECOND, NOW - 60 * SECOND],
    ['a network that is slow', NOW - 4_999, 60 * SECOND, NOW - 4_999 - 60 * SECOND],
  ])('is corrected by sentAt: %s', (_, sentAtMs, ageMs, at) => {
    const [sentAt, timestamp] = [iso(sentAtMs), iso(sentAtMs - ageMs)];
    expect(readOne(track({ timestamp }), { sentAt }).at).toBe(at);
    expect(readOne(track({ originalTimestamp: timestamp, sentAt })).at).toBe(at);
  });

  test.each([
    ['of year 1', '0001-01-01T00:00:00Z'],
    ['of year 9999', '9999-12-31T23:59:59Z'],
    ['that is no time', 'now'],
    ['that is a number', 1_700_000_000_000],
    ['that is missing', undefined],
  ])('stands as written beside a sentAt %s', (_, sentAt) => {
    const common: JsonObject = sentAt === undefined ? {} : { sentAt };
    expect(readOne(track({ timestamp: iso(NOW - DAY) }), common).at).toBe(NOW - DAY);
  });

  it('may be of year 1 or 9999 as it is written', () => {
    for (const timestamp of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
      expect(readOne(track({ timestamp })).at).toBe(Date.parse(timestamp));
  });

  it('is taken by the batch’s sentAt before the message’s own', () => {
    const message = track({ timestamp: iso(NOW - DAY), sentAt: iso(NOW - 2 * DAY) });
    expect(readOne(message, { sentAt: iso(NOW - DAY) }).at).toBe(NOW);
  });
});

describe('history', () => {
  it('keeps its times as they are written, and needs them', () => {
    const sentAt = iso(NOW - DAY);
    const { events, refused } = read(
      [track({ timestamp: iso(0) }), track()],
      { sentAt },
      { isHistory: true },
    );
    expect(events.map(({ at }) => at)).toEqual([0]);
    expect(refused).toMatchObject([{ index: 1, reason: 'bad-timestamp' }]);
  });
});
