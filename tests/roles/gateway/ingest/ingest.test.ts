import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { HttpResponse } from '../../../../src/roles/ports/http.ts';
import { secretOfKey } from '../keys/keyring.ts';
import { basic } from '../keys/request.ts';
import { batch, IngestHouse, ORIGIN, SHOP, told, track } from './ingest-house.ts';

let house: IngestHouse;

beforeEach(() => {
  house = new IngestHouse();
});

describe('what is stored', () => {
  it('is answered with 200', async () => {
    const response = await house.send(batch(track('ann'), track('ben')));
    expect(told(response)).toEqual({ status: 200, success: true });
    expect(house.stored).toEqual(['ann', 'ben']);
    expect(house.metrics.total('shoal_ingest_stored_events_total')).toBe(2);
    expect(house.metrics.total('shoal_ingest_requests_total', { status: 200 })).toBe(1);
    expect(house.metrics.total('shoal_ingest_waiting_bytes')).toBe(0);
  });

  it('is not answered before it is stored', async () => {
    house.log.always = undefined;
    let isAnswered = false;
    const answered = house.send(batch(track('ann'))).then(() => (isAnswered = true));
    await expect.poll(() => house.log.appended).toHaveLength(1);
    expect(isAnswered).toBe(false);
    house.log.appended[0]?.answer('stored');
    await answered;
  });

  test.each([
    ['/v1/track', '/v1/t', 'track', 'Seen'],
    ['/v1/identify', '/v1/i', 'identify', '$identify'],
    ['/v1/page', '/v1/p', 'page', '$page'],
    ['/v1/screen', '/v1/s', 'screen', '$screen'],
    ['/v1/group', '/v1/g', 'group', '$group'],
    ['/v1/alias', '/v1/a', 'alias', ''],
  ])('comes to %s and %s', async (long, short, type, event) => {
    const message = { userId: 'ann', previousId: 'a', event: 'Seen' };
    for (const path of [long, short]) await house.send(message, { path });
    expect(house.log.events).toMatchObject([
      { type, event, customer: 'ann' },
      { type, event, customer: 'ann' },
    ]);
  });

  it('comes as a batch to /v1/b, wrapped or not, labelled as anything, packed or not', async () => {
    const headers = { ...SHOP, 'content-type': 'application/x-www-form-urlencoded' };
    await house.send(gzipSync(JSON.stringify(batch(track('ann')))), { headers });
    await house.send([track('ben')], {
      path: '/v1/b',
      headers: { ...SHOP, 'content-encoding': 'gzip' },
    });
    expect(house.stored).toEqual(['ann', 'ben']);
  });

  it('may be nothing', async () => {
    expect((await house.send(batch())).status).toBe(200);
    expect(house.log.appended).toEqual([]);
  });

  it('is history when it is imported, the same each time', async () => {
    const past = batch(track('ann', { timestamp: '2020-01-01T00:00:00Z' }));
    for (const _ of [1, 2])
      expect((await house.send(past, { path: '/v1/import' })).status).toBe(200);
    const [first, second] = house.log.appended.map(({ message }) => message);
    expect(first).toMatchObject({ kind: 'events', history: true, stamp: { n: 1 } });
    expect({ ...second, sentAt: 0 }).toEqual({ ...first, sentAt: 0 });
  });
});

describe('who sends', () => {
  test.each([
    ['X-Write-Key', { 'x-write-key': secretOfKey('shop') }, {}],
    ['the body', {}, { writeKey: secretOfKey('shop') }],
  ])('may say so with %s', async (_, headers, more) => {
    const response = await house.send({ ...batch(track('ann')), ...more }, { headers });
    expect(response.status).toBe(200);
  });

  test.each([
    ['no key', {}, 'no-key'],
    ['an unknown one', { authorization: basic('x') }, 'unknown-key'],
  ])('is answered with 401 when there is %s', async (_, headers, code) => {
    expect(told(await house.send(batch(track('ann')), { headers }))).toMatchObject({
      status: 401,
      success: false,
      code,
    });
    expect(house.log.appended).toEqual([]);
  });

  it('may be a page of the right origin, which can read the answer', async () => {
    const authorization = basic(secretOfKey('web'));
    const from = (origin: string): Promise<HttpResponse> =>
      house.send(batch(track('ann')), { headers: { authorization, origin } });
    const good = await from(ORIGIN);
    expect(good.status).toBe(200);
    expect(good.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect((await from('https://evil.example.com')).status).toBe(403);
    const past = await house.send(batch(), {
      path: '/v1/import',
      headers: { authorization, origin: ORIGIN },
    });
    expect(told(past)).toMatchObject({ status: 403, code: 'server-key-wanted' });
  });

  it('waits when there is too much of it', async () => {
    const headers = { authorization: basic(secretOfKey('slow')) };
    const many = Array.from({ length: 60 }, (_, i) => track(`c${i}`));
    expect((await house.send(batch(...many), { headers })).status).toBe(200);
    const second = await house.send(batch(track('d')), { headers });
    expect(told(second)).toMatchObject({ status: 429, success: false, code: 'too-many-requests' });
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(0);
    expect(house.stored).toHaveLength(60);
  });
});

describe('what is wrong', () => {
  it('in one message is counted and told, and the others are stored', async () => {
    const response = await house.send(
      batch(track('ann'), { type: 'walk' }, track('ben', { userId: 5 })),
    );
    expect(told(response)).toEqual({ status: 200, success: true });
    expect(house.stored).toEqual(['ann']);
    expect(house.rejected).toEqual(['shoal.rejected.unknown-type', 'shoal.rejected.bad-id']);
    const counted = (reason: string): number =>
      house.metrics.total('shoal_ingest_rejected_events_total', { reason });
    expect([counted('unknown-type'), counted('bad-id')]).toEqual([1, 1]);
  });

  it('in a single message is no error either', async () => {
    expect((await house.send({ userId: 'ann' }, { path: '/v1/track' })).status).toBe(200);
    expect((await house.send('7', { path: '/v1/track' })).status).toBe(200);
    expect(house.rejected).toEqual([
      'shoal.rejected.no-event-name',
      'shoal.rejected.not-an-object',
    ]);
  });

  it('is listed in strict mode, and nothing is stored', async () => {
    const headers = { ...SHOP, 'x-strict-mode': '1' };
    const response = await house.send(batch(track('ann'), { type: 'walk' }), { headers });
    expect(told(response)).toMatchObject({
      status: 400,
      success: false,
      code: 'bad-events',
      rejected: [{ index: 1, reason: 'unknown-type', detail: 'type is "walk"' }],
    });
    expect(house.stored).toEqual([]);
    expect((await house.send(batch(track('ann')), { headers })).status).toBe(200);
  });

  test.each([
    ['no JSON', '{"batch":[', 400, 'body-unreadable'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'body-unreadable'],
    ['no batch', '{"type":"track"}', 400, 'not-a-batch'],
    ['a batch that is none', '{"batch":{}}', 400, 'not-a-batch'],
    ['too large', `[${' '.repeat(524_288)}]`, 413, 'body-too-large'],
    ['too large inside', gzipSync(`[${' '.repeat(524_288)}]`), 413, 'body-too-large'],
  ])('about the body is said: %s', async (_, body, status, code) => {
    const response = told(await house.send(body));
    expect(response).toMatchObject({ status, success: false, code, hint: expect.any(String) });
  });

  it('about the method is said', async () => {
    const response = await house.send('', { method: 'GET' });
    expect([response.status, response.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
  });

  it('about a single message that is too large is said', async () => {
    const large = track('ann', { properties: { text: 'x'.repeat(40_000) } });
    expect((await house.send(large, { path: '/v1/track' })).status).toBe(413);
    expect((await house.send(batch(large, track('ben')))).status).toBe(200);
    expect(house.stored).toEqual(['ben']);
    expect(house.rejected).toEqual(['shoal.rejected.too-large']);
  });
});
