import { describe, expect, test } from 'vitest';
import { BrowserDesk } from '../../../../src/roles/gateway/keys/browser-desk.ts';
import { withCors } from '../../../../src/roles/gateway/keys/cors.ts';
import { Gatekeeper } from '../../../../src/roles/gateway/keys/gatekeeper.ts';
import type { ApiKey } from '../../../../src/roles/gateway/keys/key.ts';
import type { HttpResponse } from '../../../../src/roles/ports/http.ts';
import { RecordingMetrics } from '../../../support/world.ts';
import { keyringOf } from './keyring.ts';
import { request } from './request.ts';

const SHOP: ApiKey = { id: 'shop', kind: 'server' };
const OPEN: ApiKey = { id: 'open', kind: 'public' };
const PAGE = 'https://shop.example.com';
const BOUND: ApiKey = { id: 'bound', kind: 'public', origins: new Set([PAGE]) };

function deskOf(...keys: readonly ApiKey[]): BrowserDesk {
  const keyring = keyringOf(...keys);
  const limits = { eventsPerSecondOfKey: 1, eventsPerSecondOfAddress: 1, trustedHops: 0 };
  const limiting = () => ({ waitMs: async () => undefined, charge: async () => undefined });
  const metrics = new RecordingMetrics();
  const gatekeeper = new Gatekeeper({ keyring, limiting, limits, salt: '', metrics });
  return new BrowserDesk({ gatekeeper, keyring });
}

const allowed = (response: HttpResponse | undefined): string | undefined =>
  response?.headers['access-control-allow-origin'];

describe('a browser asks first', () => {
  const ask = (path: string, origin = PAGE) =>
    request({ origin, 'access-control-request-method': 'POST' }, { method: 'OPTIONS', path });

  test.each(
    'track identify page screen group alias batch import t i p s g a b projects/x/settings'.split(
      ' ',
    ),
  )('about /v1/%s', async (name) => {
    const response = await deskOf(OPEN).answer(ask(`/v1/${name}`));
    expect(response).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, x-retry-count, x-write-key',
        'access-control-max-age': '7200',
      },
    });
  });

  test.each(['/v1/live', '/v1/segments', '/v1/x', '/v1/tt', '/v1/track/', '/'])(
    'about %s, and gets no answer here',
    (path) => expect(deskOf(OPEN).answer(ask(path))).toBeUndefined(),
  );

  test('what any public key allows is allowed', async () => {
    const preflight = (...keys: readonly ApiKey[]) => deskOf(...keys).answer(ask('/v1/t'));
    expect(allowed(await preflight(OPEN, BOUND))).toBe('*');
    const bound = await preflight(SHOP, BOUND);
    expect(allowed(bound)).toBe(PAGE);
    expect(bound?.headers['vary']).toBe('origin');
    expect(allowed(await preflight(SHOP))).toBeUndefined();
    expect(allowed(await deskOf(BOUND).answer(ask('/v1/t', 'https://evil.example')))).toBe(
      undefined,
    );
  });
});

describe('the settings of analytics.js', () => {
  const get = (secret: string, headers: Readonly<Record<string, string>> = {}) => {
    const path = `/v1/projects/${secret}/settings`;
    return request({ host: 'events.example.com', ...headers }, { method: 'GET', path });
  };

  test('lead it to us, and to nobody else', async () => {
    const response = await deskOf(OPEN).answer(get('secret of open', { origin: PAGE }));
    expect([response?.status, allowed(response)]).toEqual([200, '*']);
    expect(JSON.parse(String(response?.body))).toEqual({
      integrations: {
        'Segment.io': {
          apiKey: 'secret of open',
          apiHost: 'events.example.com/v1',
          protocol: 'http',
          addBundledMetadata: false,
        },
      },
      plan: {},
      enabledMiddleware: {},
      remotePlugins: [],
      legacyVideoPluginsEnabled: false,
      metrics: { sampleRate: 0 },
    });
  });

  test('by TLS when the page came by it', async () => {
    const response = await deskOf(OPEN).answer(
      get('secret of open', { 'x-forwarded-proto': 'https' }),
    );
    expect(String(response?.body)).toContain('"protocol":"https"');
  });

  test('for an unknown key: 401, which the page may read', async () => {
    const response = await deskOf(OPEN).answer(get('nobody', { origin: PAGE }));
    expect([response?.status, allowed(response)]).toEqual([401, '*']);
  });

  test('POST is none of its business', () => {
    expect(deskOf(OPEN).answer({ ...get('x'), method: 'POST' })).toBeUndefined();
  });
});

test('an answer can be read where its key may be used, with the time to wait', () => {
  const answer = { status: 429, headers: { 'retry-after': '2' }, body: '' };
  const page = request({ origin: PAGE });
  expect(withCors(answer, page, [BOUND]).headers).toMatchObject({
    'retry-after': '2',
    'access-control-allow-origin': PAGE,
    'access-control-expose-headers': 'retry-after',
  });
  expect(withCors(answer, page, [SHOP])).toBe(answer);
  expect(withCors(answer, request(), [OPEN])).toBe(answer);
});
