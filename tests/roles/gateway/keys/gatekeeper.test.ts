import { beforeEach, describe, expect, test } from 'vitest';
import { Gatekeeper, waitAnswer } from '../../../../src/roles/gateway/keys/gatekeeper.ts';
import type { ApiKey } from '../../../../src/roles/gateway/keys/key.ts';
import type { HttpRequest, HttpResponse } from '../../../../src/roles/ports/http.ts';
import type { RateLimiting } from '../../../../src/roles/ports/rate-limit.ts';
import { RecordingMetrics } from '../../../support/world.ts';
import { keyringOf, secretOfKey } from './keyring.ts';
import { basic, request } from './request.ts';

const SHOP: ApiKey = { id: 'shop', kind: 'server' };
const OFFICE: ApiKey = { id: 'office', kind: 'server' };
const SLOW: ApiKey = { id: 'slow', kind: 'server', eventsPerSecond: 5 };
const WEB: ApiKey = { id: 'web', kind: 'public' };
const PAGE = 'https://shop.example.com';
const BOUND: ApiKey = { id: 'bound', kind: 'public', origins: new Set([PAGE]) };

/** Seconds that never end: what is used up stays used up. */
const standing: RateLimiting = (perSecond) => {
  const used = new Map<string, number>();
  return {
    waitMs: async (name) => ((used.get(name) ?? 0) < perSecond ? undefined : 1_500),
    charge: async (name, amount) => void used.set(name, (used.get(name) ?? 0) + amount),
  };
};

let metrics: RecordingMetrics;
let gatekeeper: Gatekeeper;

beforeEach(() => {
  metrics = new RecordingMetrics();
  gatekeeper = new Gatekeeper({
    keyring: keyringOf(SHOP, OFFICE, SLOW, WEB, BOUND),
    limiting: standing,
    limits: { eventsPerSecondOfKey: 100, eventsPerSecondOfAddress: 150, trustedHops: 0 },
    salt: 'salt',
    metrics,
  });
});

const withKey = (
  id: string,
  headers: Readonly<Record<string, string>> = {},
  more: Partial<HttpRequest> = {},
): HttpRequest => request({ authorization: basic(secretOfKey(id)), ...headers }, more);

async function refusedWith(asked: Promise<unknown>): Promise<[number, unknown] | undefined> {
  const admission = (await asked) as { kind: string; response: HttpResponse }; // of `identify`
  if (admission.kind !== 'refused') return undefined;
  const { code } = JSON.parse(String(admission.response.body)) as { code: unknown }; // a refusal
  return [admission.response.status, code];
}

describe('whose a request is', () => {
  test('the key in its headers, or the one that its body bears', async () => {
    expect(await gatekeeper.identify(withKey('shop'))).toEqual({ kind: 'key', key: SHOP });
    const inBody = gatekeeper.identify(request(), secretOfKey('web'));
    expect(await inBody).toEqual({ kind: 'key', key: WEB });
  });

  test('none, or an unknown one: 401, counted, and no password is asked for', async () => {
    expect(await refusedWith(gatekeeper.identify(request()))).toEqual([401, 'no-key']);
    const admission = await gatekeeper.identify(withKey('nobody'));
    expect(await refusedWith(Promise.resolve(admission))).toEqual([401, 'unknown-key']);
    if (admission.kind !== 'refused') throw new Error('it was let in');
    expect(admission.response.headers['www-authenticate']).toBe('Bearer');
    expect(String(admission.response.body)).toContain('shoal keys add');
    for (const reason of ['no-key', 'unknown-key'])
      expect(metrics.total('shoal_keys_refused_requests_total', { reason })).toBe(1);
  });

  test('a bound key only from its origins', async () => {
    expect(await refusedWith(gatekeeper.identify(withKey('bound', { origin: PAGE })))).toBe(
      undefined,
    );
    const refused = [403, 'origin-refused'];
    for (const origin of [
      'https://shop.example.com.evil.example',
      'http://shop.example.com',
      'null',
    ])
      expect(await refusedWith(gatekeeper.identify(withKey('bound', { origin })))).toEqual(refused);
    expect(await refusedWith(gatekeeper.identify(withKey('bound')))).toEqual(refused);
    // A page that gets something from its own origin names none.
    const own = withKey('bound', {}, { method: 'GET' });
    expect(await refusedWith(gatekeeper.identify(own))).toBe(undefined);
  });

  test('after ten bad keys the address is told to wait; good ones still come in', async () => {
    for (let i = 0; i < 10; i++)
      expect(await refusedWith(gatekeeper.identify(withKey('nobody')))).toEqual([
        401,
        'unknown-key',
      ]);
    const late = [429, 'too-many-requests'];
    expect(await refusedWith(gatekeeper.identify(withKey('nobody')))).toEqual(late);
    expect(await refusedWith(gatekeeper.identify(request()))).toEqual(late);
    expect(metrics.total('shoal_keys_limited_requests_total', { reason: 'bad-keys' })).toBe(2);
    expect((await gatekeeper.identify(withKey('shop'))).kind).toBe('key');
    const elsewhere = withKey('nobody', {}, { address: '192.0.2.2' });
    expect(await refusedWith(gatekeeper.identify(elsewhere))).toEqual([401, 'unknown-key']);
  });
});

test('what only a server may ask', async () => {
  expect(await gatekeeper.requireServerKey(withKey('shop'))).toBeUndefined();
  expect((await gatekeeper.requireServerKey(withKey('web')))?.status).toBe(403);
  expect((await gatekeeper.requireServerKey(withKey('nobody')))?.status).toBe(401);
  expect((await gatekeeper.requireServerKey(request()))?.status).toBe(401);
  const reason = 'server-key-wanted';
  expect(metrics.total('shoal_keys_refused_requests_total', { reason })).toBe(1);
});

describe('how much', () => {
  const limited = (reason: string): number =>
    metrics.total('shoal_keys_limited_requests_total', { reason });

  test('a key: as much as all, or as it says itself', async () => {
    const at = (address: string): HttpRequest => request({}, { address });
    expect(await gatekeeper.admit(SHOP, at('192.0.2.1'), 99)).toBeUndefined();
    // What is left may be overdrawn.
    expect(await gatekeeper.admit(SHOP, at('192.0.2.2'), 99)).toBeUndefined();
    expect(await gatekeeper.admit(SHOP, at('192.0.2.3'), 1)).toBe(1_500);
    expect(await gatekeeper.admit(OFFICE, at('192.0.2.3'), 1)).toBeUndefined();
    expect(await gatekeeper.admit(SLOW, at('192.0.2.3'), 5)).toBeUndefined();
    expect(await gatekeeper.admit(SLOW, at('192.0.2.3'), 1)).toBe(1_500);
    expect([limited('key'), limited('address')]).toEqual([2, 0]);
  });

  test('an address, whatever its keys; what is refused counts against neither', async () => {
    expect(await gatekeeper.admit(SHOP, request(), 90)).toBeUndefined();
    expect(await gatekeeper.admit(OFFICE, request(), 90)).toBeUndefined();
    for (let i = 0; i < 30; i++) expect(await gatekeeper.admit(SHOP, request(), 1)).toBe(1_500);
    expect([limited('key'), limited('address')]).toEqual([0, 30]);
    const elsewhere = request({}, { address: '192.0.2.2' });
    expect(await gatekeeper.admit(SHOP, elsewhere, 5)).toBeUndefined();
  });
});

test.each([
  [1, '1'],
  [1_000, '1'],
  [1_001, '2'],
])('to wait %d ms is said as %s s', (ms, seconds) => {
  const answer = waitAnswer(ms, 'too much');
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, seconds]);
});
