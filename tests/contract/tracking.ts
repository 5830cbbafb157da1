import { afterEach, describe, expect, it } from 'vitest';
import { linkSeal } from '../../src/adapters/node-crypto/seal.ts';
import { ShoalError } from '../../src/base/error.ts';
import { partitionOf } from '../../src/base/hash.ts';
import { startGateway, type RunningGateway } from '../../src/roles/gateway/gateway.ts';
import type { HttpServer } from '../../src/roles/ports/http.ts';
import type { Appended } from '../../src/roles/ports/log.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { sealLink, type Link, type LinkKind } from '../../src/wire/link.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import { eventsSubject } from '../../src/wire/subject.ts';
import { MemoryBus } from '../support/memory-bus.ts';
import { RecordingLogger, RecordingMetrics, systemClock } from '../support/world.ts';

const PARTITIONS = 4;
const URL_OF_SHOP = 'https://example.com/shop?a=1&b=д';
const LETTER = { customer: 'ann@example.com', campaign: 'welcome', letter: 'ab12' };
const NAME = { campaign_id: 'welcome', letter_id: 'ab12' };
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' };
const seal = linkSeal('a secret of a test, long enough');

function tokenOf(kind: LinkKind): string {
  const link: Link = kind === 'click' ? { kind, ...LETTER, url: URL_OF_SHOP } : { kind, ...LETTER };
  return sealLink(seal, link) ?? '';
}

/** What the gateway does with the links of letters, over a real server of HTTP. */
export function trackingContract(engine: string, http: HttpServer): void {
  let gateway: RunningGateway | undefined;
  let metrics = new RecordingMetrics();
  let logger = new RecordingLogger();
  let events: CustomerEvent[] = [];
  let consents: unknown[] = [];
  /** How the log answers; the last for ever. */
  let answers: Appended[] = [];
  let isStoreAway = false;

  afterEach(async () => {
    await gateway?.close();
    gateway = undefined;
  });

  async function append(
    subject: string,
    body: Uint8Array,
    { headers = new Map() }: { readonly headers?: ReadonlyMap<string, string> } = {},
  ): Promise<Appended> {
    const message = decodeLogMessage(headers, body);
    if (message.kind !== 'events' || message.rejected.length > 0) throw new Error('no event');
    expect(subject).toBe(eventsSubject(partitionOf(LETTER.customer, PARTITIONS)));
    events.push(...message.events);
    const [answer = STORED] = answers.length > 1 ? answers.splice(0, 1) : answers;
    return answer;
  }

  async function start(): Promise<string> {
    metrics = new RecordingMetrics();
    logger = new RecordingLogger();
    [events, consents, answers, isStoreAway] = [[], [], [], false];
    gateway = await startGateway({
      http,
      options: { host: '127.0.0.1', port: 0, bodyBytesMax: 20_000, waitingBytesMax: 20_000 },
      bus: new MemoryBus(),
      partitions: PARTITIONS,
      segments: [],
      assets: new Map(),
      tracking: {
        seal,
        log: { append },
        consents: {
          record: async (...given) => {
            if (isStoreAway) throw AWAY;
            consents.push(given);
          },
        },
        campaigns: [{ id: 'welcome', name: 'Hello & <welcome>', from: { name: 'The Shop' } }],
        sender: 'Everybody else',
        boot: 'first',
      },
      metrics,
      metricsText: async () => '',
      logger,
      clock: systemClock,
    });
    expect(gateway.engine).toBe(engine);
    return `http://127.0.0.1:${gateway.port}`;
  }

  function ask(url: string, more: RequestInit = {}): Promise<Response> {
    const headers = { ...BROWSER, ...(more.headers as Record<string, string>) }; // as given below
    return fetch(url, { redirect: 'manual', ...more, headers });
  }

  function post(url: string, fields: Record<string, string>): Promise<Response> {
    return ask(url, { method: 'POST', body: new URLSearchParams(fields) });
  }

  function counted(kind: LinkKind, outcome: string): number {
    return metrics.total('shoal_tracking_requests_total', { kind, outcome });
  }

  describe('a click', () => {
    it('leads on, and is an event of the customer', async () => {
      const host = await start();
      const startedAt = Date.now();
      const answer = await ask(`${host}/c/${tokenOf('click')}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([
        302,
        'https://example.com/shop?a=1&b=%D0%B4',
      ]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(events).toMatchObject([
        {
          type: 'track',
          customer: LETTER.customer,
          event: 'Email Clicked',
          properties: { ...NAME, url: URL_OF_SHOP },
        },
      ]);
      expect(events[0]?.at).toBeGreaterThanOrEqual(startedAt);
      expect(counted('click', 'stored')).toBe(1);
    });

    it('is another event each time, and one however often the log is asked', async () => {
      const host = await start();
      answers = [{ kind: 'unknown' }, STORED];
      await ask(`${host}/c/${tokenOf('click')}`);
      await ask(`${host}/c/${tokenOf('click')}`);
      const ids = events.map(({ messageId }) => messageId);
      expect(ids).toEqual(['first.1', 'first.1', 'first.2']);
    });

    it.each([
      ['log-full', { kind: 'full' }],
      ['log-silent', { kind: 'unknown' }],
    ] as const)('leads on when the log is away, and is lost: %s', async (outcome, answer) => {
      const host = await start();
      answers = [answer];
      expect((await ask(`${host}/c/${tokenOf('click')}`)).status).toBe(302);
      expect((await ask(`${host}/c/${tokenOf('click')}`)).status).toBe(302);
      expect(counted('click', outcome)).toBe(2);
      answers = [STORED];
      await ask(`${host}/c/${tokenOf('click')}`);
      expect(logger.messages().filter((line) => line.includes('clicks'))).toEqual([
        'clicks and openings are being lost',
        'clicks and openings are stored again',
      ]);
      expect(JSON.stringify(logger.lines)).not.toMatch(/ann@|[?&]a=1/);
    });

    it.each([
      ['head', { method: 'HEAD' }],
      ['prefetch', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
      ['prefetch', { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } }],
    ])('that nobody has made leads on and is no event: %s %j', async (outcome, more) => {
      const host = await start();
      expect((await ask(`${host}/c/${tokenOf('click')}`, more)).status).toBe(302);
      expect(events).toEqual([]);
      expect(counted('click', outcome)).toBe(1);
    });
  });

  describe('an opening', () => {
    it.each([
      [true, BROWSER['user-agent'], ''],
      [false, 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko (via ggpht.com GoogleImageProxy)', ''],
      [false, 'YahooMailProxy; https://help.yahoo.com/', ''],
      [false, 'Mozilla/5.0', ''],
      [false, '', ''],
      [false, BROWSER['user-agent'], '1.1 GoogleImageProxy'],
    ])('is verified: %s, for %j %j', async (verified, agent, via) => {
      const host = await start();
      const headers = { 'user-agent': agent, ...(via !== '' && { via }) };
      const answer = await ask(`${host}/o/${tokenOf('open')}.gif`, { headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect([bytes.subarray(0, 6).toString(), bytes.length]).toEqual(['GIF89a', 43]);
      expect(events).toMatchObject([
        { event: 'Email Opened', customer: LETTER.customer, properties: { ...NAME, verified } },
      ]);
    });
  });

  describe('unsubscribing', () => {
    const page = async (answer: Response): Promise<string> => {
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toContain("form-action 'self'");
      return answer.text();
    };

    it('is asked for by a page that changes nothing', async () => {
      const host = await start();
      for (const method of ['GET', 'GET', 'HEAD'])
        expect((await ask(`${host}/u/${tokenOf('unsubscribe')}`, { method })).status).toBe(200);
      const html = await page(await ask(`${host}/u/${tokenOf('unsubscribe')}`));
      expect(html).toContain('Only “Hello &amp; &lt;welcome&gt;”');
      expect(html).toContain('All news and offers from The Shop');
      expect(html).not.toMatch(/<script|ann@/);
      expect([events, consents]).toEqual([[], []]);
      expect(counted('unsubscribe', 'shown')).toBe(3);
    });

    it.each([
      ['urlencoded', new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })],
      ['multipart', formOf({ 'List-Unsubscribe': 'One-Click' })],
    ])('by one click is from everything: %s', async (_name, body) => {
      const host = await start();
      const url = `${host}/u/${tokenOf('unsubscribe')}`;
      expect((await ask(url, { method: 'POST', body })).status).toBe(200);
      const consent = { state: 'withdrawn', source: 'one-click', at: expect.any(Number) };
      expect(consents).toEqual([[LETTER.customer, '*', consent]]);
      expect(events).toMatchObject([
        { event: 'Unsubscribed', properties: { ...NAME, scope: '*', source: 'one-click' } },
      ]);
      await ask(url, { method: 'POST', body });
      expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(1);
    });

    it.each([
      ['campaign', 'withdrawn', 'welcome', 'Unsubscribed', 'again-campaign'],
      ['all', 'withdrawn', '*', 'Unsubscribed', 'again-all'],
      ['again-campaign', 'given', 'welcome', 'Subscribed', 'campaign'],
      ['again-all', 'given', '*', 'Subscribed', 'all'],
    ])('by the button %s', async (choice, state, scope, event, undo) => {
      const host = await start();
      const answer = await post(`${host}/u/${tokenOf('unsubscribe')}`, { choice });
      expect(answer.status).toBe(200);
      expect(await page(answer)).toContain(`value="${undo}"`);
      expect(consents).toMatchObject([[LETTER.customer, scope, { state, source: 'page' }]]);
      expect(events).toMatchObject([{ event, properties: { ...NAME, scope, source: 'page' } }]);
    });

    it('counts once when a form comes again, and anew when the page was', async () => {
      const host = await start();
      const url = `${host}/u/${tokenOf('unsubscribe')}`;
      for (const shown of ['1', '1', '2']) await post(url, { choice: 'all', shown });
      const [first, again, later] = events.map(({ messageId }) => messageId);
      expect(again).toBe(first);
      expect(later).not.toBe(first);
    });

    it('is not done until both the consent and the event are stored', async () => {
      const host = await start();
      const url = `${host}/u/${tokenOf('unsubscribe')}`;
      isStoreAway = true;
      const away = await post(url, { choice: 'all', shown: '7' });
      expect([away.status, away.headers.get('retry-after')]).toEqual([503, '30']);
      expect(await page(away)).toContain('name="shown" value="7"');
      expect(events).toEqual([]);
      isStoreAway = false;
      answers = [{ kind: 'full' }];
      expect((await post(url, { choice: 'all' })).status).toBe(503);
      answers = [];
      expect((await post(url, { choice: 'all' })).status).toBe(200);
      expect(counted('unsubscribe', 'store-away')).toBe(1);
      expect(counted('unsubscribe', 'log-full')).toBe(1);
      expect(counted('unsubscribe', 'stored')).toBe(1);
    });

    it.each([
      [400, 'no-choice', new URLSearchParams({ choice: 'toString' })],
      [400, 'no-choice', formOf({ other: 'all' })],
      [413, 'too-large', new URLSearchParams({ choice: 'all', x: 'x'.repeat(10_000) })],
      [413, 'too-large', new URLSearchParams({ choice: 'all', x: 'x'.repeat(30_000) })],
      [415, 'media-type', '{"choice":"all"}'],
    ])('is refused with %i (%s)', async (status, outcome, body) => {
      const host = await start();
      const answer = await ask(`${host}/u/${tokenOf('unsubscribe')}`, { method: 'POST', body });
      expect(answer.status).toBe(status);
      await answer.text();
      expect(counted('unsubscribe', outcome)).toBe(1);
      expect([events, consents]).toEqual([[], []]);
    });
  });

  describe('what is no link of ours', () => {
    it('is not found, counted, and changes nothing', async () => {
      const host = await start();
      const [click, unsubscribe] = [tokenOf('click'), tokenOf('unsubscribe')];
      const changed = `${click.slice(0, -2)}${click.at(-2) === 'A' ? 'B' : 'A'}${click.at(-1)}`;
      for (const path of [`c/${changed}`, `c/${unsubscribe}`, 'c/', `o/${tokenOf('open')}`])
        expect((await ask(`${host}/${path}`)).status, path).toBe(404);
      expect((await post(`${host}/u/${click}`, { choice: 'all' })).status).toBe(404);
      expect(counted('click', 'bad-token')).toBe(3);
      expect(counted('unsubscribe', 'bad-token')).toBe(1);
      expect([events, consents]).toEqual([[], []]);
    });

    it('is asked for in no other way', async () => {
      const host = await start();
      const click = await post(`${host}/c/${tokenOf('click')}`, {});
      expect([click.status, click.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      const url = `${host}/u/${tokenOf('unsubscribe')}`;
      const put = await ask(url, { method: 'PUT', body: 'x' });
      expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
      expect((await post(`${host}/livez`, {})).status).toBe(405);
    });
  });
}

const STORED: Appended = { kind: 'stored', sequence: 1 };
const AWAY = new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}
