import { describe, expect, it } from 'vitest';
import { isCustomerId, isRejection, readEvent } from '../../src/wire/event.ts';

const AT = '2024-02-29T12:34:56.789Z';
const AT_MS = Date.UTC(2024, 1, 29, 12, 34, 56, 789);

function read(raw: unknown) {
  const event = readEvent(raw);
  if (isRejection(event)) throw new Error(`${event.reason}: ${event.detail}`);
  return event;
}

function reasonOf(raw: unknown): string {
  const event = readEvent(raw);
  return isRejection(event) ? event.reason : 'accepted';
}

describe('a message that is an event', () => {
  it('keeps a track whole', () => {
    const raw = {
      type: 'track',
      messageId: 'm1',
      userId: 'ann',
      anonymousId: 'a1',
      timestamp: AT,
      event: 'Order Completed',
      properties: { total: 12.5 },
      context: { device: { type: 'mobile' } },
    };
    expect(read(raw)).toEqual({
      type: 'track',
      customer: 'ann',
      anonymousId: 'a1',
      messageId: 'm1',
      at: AT_MS,
      event: 'Order Completed',
      properties: { total: 12.5 },
      context: { device: { type: 'mobile' } },
    });
  });

  it.each([
    ['identify', '$identify'],
    ['page', '$page'],
    ['screen', '$screen'],
    ['group', '$group'],
    ['alias', ''],
  ])('names %s %j', (type, name) => {
    expect(read({ type, userId: 'ann', timestamp: AT }).event).toBe(name);
  });

  it.each([
    ['traits of identify', { type: 'identify', traits: { a: 1 }, properties: { b: 2 } }, { a: 1 }],
    ['traits of group', { type: 'group', traits: { a: 1 } }, { a: 1 }],
    [
      'name of a page',
      { type: 'page', name: 'Home', properties: { url: '/' } },
      { url: '/', name: 'Home' },
    ],
    [
      'own name first',
      { type: 'screen', name: 'Home', properties: { name: 'Cart' } },
      { name: 'Cart' },
    ],
    [
      'null is missing',
      { type: 'page', name: 'Home', properties: { name: null } },
      { name: 'Home' },
    ],
    ['no properties', { type: 'page', properties: [1] }, {}],
  ])('reads properties: %s', (_, fields, properties) => {
    expect(read({ ...fields, userId: 'ann', timestamp: AT }).properties).toEqual(properties);
  });

  it.each([
    ['userId first', { userId: 'ann', anonymousId: 'a1' }, 'ann', 'a1'],
    ['anonymousId else', { anonymousId: 'a1' }, 'a1', 'a1'],
    ['null is missing', { userId: null, anonymousId: 'a1' }, 'a1', 'a1'],
    ['a userId that is the anonymousId, too', { userId: 'a1', anonymousId: 'a1' }, 'a1', undefined],
    ['exact text', { userId: ' Ann 😀 ' }, ' Ann 😀 ', undefined],
  ])('reads ids: %s', (_, ids, customer, anonymousId) => {
    expect(read({ type: 'page', timestamp: AT, ...ids })).toMatchObject({ customer, anonymousId });
  });

  it('takes the former id of an alias as its other id', () => {
    const alias = { type: 'alias', userId: 'ann', previousId: 'a1', timestamp: AT };
    expect(read(alias)).toMatchObject({ customer: 'ann', anonymousId: 'a1', properties: {} });
  });

  it.each([[''], [7], [null], [{}]])('has no messageId when it is %j', (messageId) => {
    expect(
      read({ type: 'page', userId: 'ann', timestamp: AT, messageId }).messageId,
    ).toBeUndefined();
  });

  it.each([
    [AT, AT_MS],
    ['2024-02-29T15:34:56.789+03:00', AT_MS],
    ['2024-02-29T12:34:56.789999Z', AT_MS],
    ['2024-02-29T12:34:56Z', AT_MS - 789],
    ['1969-12-31T23:59:59.999Z', -1],
  ])('reads the timestamp %s', (timestamp, at) => {
    expect(read({ type: 'page', userId: 'ann', timestamp }).at).toBe(at);
  });

  it('takes originalTimestamp only where timestamp is missing', () => {
    const raw = { type: 'page', userId: 'ann', originalTimestamp: AT };
    expect(read(raw).at).toBe(AT_MS);
    expect(reasonOf({ ...raw, timestamp: 'yesterday' })).toBe('bad-timestamp');
  });

  it('keeps own keys that have names of a prototype', () => {
    const raw: unknown = JSON.parse(
      `{"type":"track","event":"e","userId":"ann","timestamp":"${AT}","properties":{"__proto__":{"x":1}}}`,
    );
    expect(Object.keys(read(raw).properties)).toEqual(['__proto__']);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('a message that is none', () => {
  const good = { type: 'track', event: 'e', userId: 'ann', timestamp: AT };

  it.each([
    ['not-an-object', null],
    ['not-an-object', [good]],
    ['not-an-object', 'text'],
    ['unknown-type', { ...good, type: 'Track' }],
    ['unknown-type', { ...good, type: undefined }],
    ['unknown-type', { ...good, type: 'constructor' }],
    ['bad-id', { ...good, userId: undefined }],
    ['bad-id', { ...good, userId: '' }],
    ['bad-id', { ...good, userId: 17 }],
    ['bad-id', { ...good, userId: 'a\nb' }],
    ['bad-id', { ...good, userId: 'a\ud800' }],
    ['bad-id', { ...good, userId: '\udc00a' }],
    ['bad-id', { ...good, userId: 17, anonymousId: 'a1' }],
    ['bad-id', { ...good, anonymousId: {} }],
    ['bad-timestamp', { ...good, timestamp: undefined }],
    ['bad-timestamp', { ...good, timestamp: AT_MS }],
    ['bad-timestamp', { ...good, timestamp: '2024-02-29' }],
    ['bad-timestamp', { ...good, timestamp: '2024-02-29T12:34:56.789' }],
    ['bad-timestamp', { ...good, timestamp: '2023-02-29T12:34:56.789Z' }],
    ['bad-timestamp', { ...good, timestamp: '2024-02-29T24:00:00.000Z' }],
    ['bad-timestamp', { ...good, timestamp: '2024-02-29T12:60:00.000Z' }],
    ['bad-timestamp', { ...good, timestamp: '2024-02-29T12:34:5x.789Z' }],
    ['bad-timestamp', { ...good, timestamp: 'x024-02-29T12:34:56.789Z' }],
    ['no-event-name', { ...good, event: '' }],
    ['no-event-name', { ...good, event: undefined }],
    ['no-event-name', { ...good, event: 5 }],
    [
      'too-deep',
      { ...good, properties: JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) },
    ],
  ])('is refused: %s', (reason, raw) => {
    expect(reasonOf(raw)).toBe(reason);
  });

  it('says what is wrong, in short', () => {
    expect(readEvent({ ...good, userId: 17 })).toEqual({
      reason: 'bad-id',
      detail: 'userId is 17, which is no one-line, non-empty text',
    });
    const long = readEvent({ ...good, timestamp: 'x'.repeat(10_000) });
    expect(isRejection(long) && long.detail.length).toBeLessThan(200);
  });
});

it('tells well-formed surrogate pairs', () => {
  expect(isCustomerId('😀')).toBe(true);
  expect(isCustomerId('\ud83d\ud83d\ude00')).toBe(false);
});
