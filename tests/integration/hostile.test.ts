import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsIn } from '../support/ingested.ts';
import { eventually } from '../support/world.ts';
import { BATCHES, BROKEN_BYTES, NO_BATCHES, ODD_FIELDS, ZIPPED } from './hostile/bodies.ts';
import { BROKEN_TEXTS, ODD_VALUES, TRUNCATED } from './hostile/json-texts.ts';
import { Siege } from './hostile/siege.ts';
import { Peer, SAYINGS } from './hostile/sockets.ts';

/*
 * A corpus of hostile and broken requests, on both servers of HTTP: each has a clear status, all
 * are counted, memory stays bounded, and who behaves is served all the while.
 */

/** Of the whole process, above what it had after its first requests. */
const GROWTH_BYTES_MAX = 300_000_000;

type Engine = 'uws' | 'node-http';
const sieges = new Map<Engine, Siege>();

// Both at once: who drips is waited for once.
beforeAll(async () => {
  const begun = (['uws', 'node-http'] as const).map(async (engine) => {
    sieges.set(engine, await Siege.begin(engine));
  });
  await Promise.all(begun);
});
afterAll(async () => {
  await Promise.all([...sieges.values()].map((siege) => siege.end()));
});

describe.each<Engine>(['uws', 'node-http'])('with %s', (engine) => {
  let siege: Siege;
  beforeAll(() => {
    const begun = sieges.get(engine);
    if (begun !== undefined) siege = begun;
  });

  test.each([
    ['JSON that is odd', ODD_VALUES],
    ['JSON that is broken', BROKEN_TEXTS],
    ['JSON that stops before its end', TRUNCATED],
    ['bytes that are no UTF-8', BROKEN_BYTES],
    ['gzip', ZIPPED],
    ['values of the wrong kind', ODD_FIELDS],
  ])('%s', async (_, bodies) => {
    const wanted = bodies.map(([name, , fate]) => [name, /^\d/.test(fate) ? fate : '200']);
    expect(await siege.answersTo(bodies)).toEqual(wanted);
    expect(await siege.serve()).toBe('200');
  });

  test('what a body is labelled as does not matter', async () => {
    const labels = ['gzip', 'br', 'deflate', 'identity', 'x', 'gzip, gzip'];
    for (const label of labels) {
      const headers = { 'content-encoding': label, 'content-type': 'text/plain; charset=utf-16' };
      const response = await siege.post('/v1/track', '{"userId":"good","event":"Good"}', headers);
      expect([label, response.status]).toEqual([label, 200]);
      siege.stored += 1;
    }
  });

  test.each(BATCHES)('a batch: %s', async (_, body, { stored, rejected }) => {
    const response = await siege.post('/v1/batch', body);
    expect([response.status, await response.json()]).toEqual([200, { success: true }]);
    siege.stored += stored;
    siege.expectRejected(rejected);
    expect(await siege.serve()).toBe('200');
  });

  test('in strict mode nothing of a batch is stored in which something is bad', async () => {
    for (const [, body, { stored, rejected }] of BATCHES) {
      if (Object.keys(rejected).length === 0) continue;
      const response = await siege.post('/v1/batch', body, { 'x-strict-mode': '1' });
      expect([stored, response.status]).toEqual([stored, 400]);
      expect(await response.json()).toMatchObject({ code: 'bad-events' });
      siege.expectCode('bad-events');
      siege.expectRejected(rejected);
    }
    expect(await siege.serve()).toBe('200');
  });

  test('what is no batch is refused', async () => {
    for (const body of NO_BATCHES) {
      const response = await siege.post('/v1/batch', body);
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.json()).toMatchObject({ code: 'not-a-batch' });
      siege.expectCode('not-a-batch');
    }
  });

  test('many bombs at once', async () => {
    const bomb = ZIPPED.find(([name]) => name.includes('gigabyte'))?.[1] ?? '';
    const responses = await Promise.all(
      Array.from({ length: 40 }, () => siege.post('/v1/batch', bomb)),
    );
    // Who sends more than is held at a time has to wait.
    for (const { status } of responses) expect([413, 429, 503]).toContain(status);
    for (const response of responses) {
      const { code } = (await response.json()) as { code: string }; // a refusal
      siege.expectCode(code);
    }
    expect(await siege.serve()).toBe('200');
  });

  test('on the wire', async () => {
    const peers = SAYINGS.map(([, says]) => new Peer(siege.port, says));
    const answered = peers.map(({ answered: first }) => first);
    await Promise.all(answered);
    const odd = SAYINGS.flatMap(([name, , statuses], i) => {
      const status = peers[i]?.status ?? -1;
      return statuses.includes(status) ? [] : [`${name}: ${status}`];
    });
    expect(odd).toEqual([]);
    // Nothing of what stood behind a request was taken for another one.
    expect(peers.filter(({ received }) => received.includes('"live"'))).toEqual([]);
    for (const { socket } of peers) socket.destroy();
    expect(await siege.serve()).toBe('200');
  });

  test('peers that go in the midst of it', async () => {
    const body = 'POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"userId"';
    const closing = Array.from(
      { length: 50 },
      () => new Peer(siege.port, body, { halfCloses: true }),
    );
    const going = Array.from({ length: 50 }, () => new Peer(siege.port, body));
    await Promise.all(
      going.map(async ({ socket, ended }) => {
        socket.once('connect', () => setImmediate(() => socket.resetAndDestroy()));
        await ended;
      }),
    );
    await Promise.all(closing.map(({ ended }) => ended));
    expect(await siege.serve()).toBe('200');
  });

  test('who drips is ended, and keeps nobody from being served', async () => {
    expect(await siege.serve()).toBe('200');
    await expect.poll(() => siege.drips.filter(({ hasEnded }) => !hasEnded).length).toBe(0);
    expect(await siege.serve()).toBe('200');
  });

  test('everything is counted, and what was good is stored', async () => {
    for (const [code, count] of siege.byCode) {
      expect({
        code,
        count: await siege.cluster.figure('shoal_http_requests_total', { code }),
      }).toEqual({
        code,
        count,
      });
    }
    for (const [reason, count] of siege.byReason) {
      const counted = await siege.cluster.figure('shoal_ingest_rejected_events_total', { reason });
      expect({ reason, count: counted }).toEqual({ reason, count });
    }
    expect(await siege.cluster.figure('shoal_ingest_stored_events_total')).toBe(siege.stored);
    const events = await eventsIn(siege.cluster);
    expect(events).toHaveLength(siege.stored);
    expect(events.filter(({ customer }) => customer.startsWith('every '))).toHaveLength(255);
    // And the engine lives on all of it.
    await eventually('all is applied', async () => {
      const statuses = await siege.cluster.statuses();
      return statuses.reduce((sum, one) => sum + one.events, 0) >= siege.stored;
    });
  });

  test('memory is bounded, nothing has failed, and nobody was polluted', async () => {
    const bytes = await siege.cluster.figure('process_resident_memory_bytes');
    expect(siege.bytesAtFirst).toBeGreaterThan(0);
    expect(bytes - siege.bytesAtFirst).toBeLessThan(GROWTH_BYTES_MAX);
    expect(await siege.cluster.figure('shoal_http_requests_total', { status: '500' })).toBe(0);
    const errors = siege.cluster.program.logLines().filter(({ level }) => level === 'error');
    expect(errors).toEqual([]);
    expect(await siege.cluster.down('SIGTERM')).toBe(0);
  });
});
