import { beforeEach, describe, expect, it } from 'vitest';
import { ShoalError } from '../../../../src/base/error.ts';
import type { PrivateTraits } from '../../../../src/roles/gateway/ingest/private-traits.ts';
import { batch, IngestHouse, told, track } from './ingest-house.ts';

let house: IngestHouse;

beforeEach(() => {
  house = new IngestHouse();
});

describe('back-pressure', () => {
  it('is 429 while too much waits, and nothing once that is stored', async () => {
    house = new IngestHouse({ waitingBytesMax: 1_000 });
    house.log.always = undefined;
    const long = track('ann', { properties: { text: 'x'.repeat(800) } });
    const first = house.send(long, { path: '/v1/track' });
    await expect.poll(() => house.log.appended).toHaveLength(1);
    const second = await house.send(long, { path: '/v1/track' });
    expect(told(second)).toMatchObject({ status: 429, code: 'too-busy' });
    expect(second.headers['retry-after']).toBe('1');
    house.log.always = 'stored';
    house.log.appended[0]?.answer('stored');
    expect((await first).status).toBe(200);
    expect((await house.send(long, { path: '/v1/track' })).status).toBe(200);
  });

  it('is 503 while the log is away or full', async () => {
    house.log.always = 'full';
    const full = await house.send(batch(track('ann')));
    expect(told(full)).toMatchObject({ status: 503, success: false, code: 'log-full' });
    expect(full.headers['retry-after']).toBe('1');
    house.log.always = 'unknown';
    expect(told(await house.send(batch(track('ann'))))).toMatchObject({ code: 'log-silent' });
  });

  it('keeps one customer from filling the log', async () => {
    house = new IngestHouse({ eventsPerSecondOfCustomer: 3 });
    const many = Array.from({ length: 50 }, (_, i) => track('robot', { messageId: `r${i}` }));
    const response = await house.send(batch(...many, track('ann')));
    expect(response.status).toBe(200);
    expect(house.stored.filter((customer) => customer === 'robot').length).toBeLessThanOrEqual(6);
    expect(house.stored).toContain('ann');
    expect(house.metrics.total('shoal_ingest_rejected_events_total', { reason: 'too-many' })).toBe(
      51 - house.stored.length,
    );
    await expect
      .poll(async () => told(await house.send(batch(track('robot')))))
      .toMatchObject({ status: 429, code: 'too-many-of-customer' });
  });

  it('is 503 when the gateway closes, which waits for what it has', async () => {
    house.log.always = undefined;
    const first = house.send(batch(track('ann')));
    await expect.poll(() => house.log.appended).toHaveLength(1);
    let isClosed = false;
    const closed = house.ingest.close().then(() => (isClosed = true));
    expect(told(await house.send(batch(track('ben'))))).toMatchObject({
      status: 503,
      code: 'closing',
    });
    expect(isClosed).toBe(false);
    house.log.appended[0]?.answer('stored');
    expect((await first).status).toBe(200);
    await closed;
    expect(house.stored).toEqual(['ann']);
  });
});

describe('private attributes', () => {
  const privateTraits = (put: () => Promise<void>): PrivateTraits => ({
    concerns: ({ type }) => type === 'identify',
    hide: async (event) => {
      await put();
      return { ...event, properties: { email: 'a hash' } };
    },
  });
  const identify = { type: 'identify', userId: 'ann', traits: { email: 'ann@example.com' } };
  const away = (): Promise<void> =>
    Promise.reject(new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' }));

  it('are hidden before they are stored', async () => {
    house = new IngestHouse({ privateTraits: privateTraits(async () => undefined) });
    expect((await house.send(batch(identify, track('ben')))).status).toBe(200);
    expect(house.log.events.find(({ type }) => type === 'identify')?.properties).toEqual({
      email: 'a hash',
    });
    expect(house.stored).toEqual(['ann', 'ben']);
  });

  it('are 503 while their store is away, and the rest is stored', async () => {
    house = new IngestHouse({ privateTraits: privateTraits(away) });
    expect(told(await house.send(batch(identify, track('ben'))))).toMatchObject({
      status: 503,
      code: 'store-away',
    });
    expect(house.stored).toEqual(['ben']);
    const history = { ...identify, timestamp: '2020-01-01T00:00:00Z' };
    const past = batch(history, track('cat', { timestamp: '2020-01-01T00:00:00Z' }));
    expect((await house.send(past, { path: '/v1/import' })).status).toBe(503);
    expect(house.stored).toEqual(['ben']);
  });
});
