import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { projectPath } from '../../src/app/root.ts';
import { findChromium } from '../support/chromium.ts';
import { Cluster } from '../support/cluster.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { eventsIn, expectAll, expectCounted, expectOnce } from '../support/ingested.ts';

/*
 * Segment's own SDK for pages sends to Shoal from a real browser and another origin: it takes its
 * settings from Shoal, and every message arrives and counts once, with refusals, lost answers and a
 * NATS that is away in between.
 */

let browser: Browser;
let cluster: Cluster;
let proxy: FaultyProxy;
let shop: Server;
let shopUrl: string;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  const segments = { buyers: 'rule: { event: Order Completed }\n' };
  cluster = await Cluster.start({ partitions: 4, segments });
  await cluster.up();
  proxy = await FaultyProxy.start(cluster.url);
  shop = await startShop();
});

afterAll(async () => {
  await browser.close();
  shop.close();
  await proxy.stop();
  await cluster.end();
});

/** A page with the SDK on it, and nothing else. */
async function startShop(): Promise<Server> {
  const sdk = await readFile(projectPath('node_modules/@segment/analytics-next/dist/umd/index.js'));
  const server = createServer((request, response) => {
    const isSdk = request.url === '/sdk.js';
    response.writeHead(200, { 'content-type': isSdk ? 'text/javascript' : 'text/html' });
    response.end(
      isSdk ? sdk : '<!doctype html><title>A shop</title><script src="/sdk.js"></script>',
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  shopUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return server;
}

interface Visit {
  readonly page: Page;
  /** Calls a method of the SDK. @returns the message's id */
  send(method: string, ...args: readonly unknown[]): Promise<string>;
}

/** Opens the shop as somebody new. @param options of `AnalyticsBrowser.load` */
async function visit(writeKey = cluster.keys.web, options: object = {}): Promise<Visit> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  await context.route(
    (url) => url.hostname !== '127.0.0.1',
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  await page.goto(shopUrl);
  const settings = JSON.stringify({ writeKey, cdnURL: proxy.url });
  await page.evaluate(`(async () => {
    const { AnalyticsBrowser } = window.AnalyticsNext;
    [window.analytics] = await AnalyticsBrowser.load(${settings}, ${JSON.stringify(options)});
  })()`);
  const send = async (method: string, ...args: readonly unknown[]): Promise<string> => {
    const call = `analytics[${JSON.stringify(method)}](...${JSON.stringify(args)})`;
    const id = await page.evaluate(`${call}.then(({ event }) => event.messageId)`);
    sent.push(String(id));
    return String(id);
  };
  return { page, send };
}

/** What pages have asked of the world outside. */
const foreign: string[] = [];
afterEach(() => {
  if (foreign.length > 0) throw new Error(`a page has asked for ${foreign.join(', ')}`);
});

/** What this file has sent, by all of its tests. */
const sent: string[] = [];

test('every message arrives once, with 429 and 503 in between', async () => {
  proxy.fail({ status: 429, retryAfterS: 1 }, { status: 503 }, { status: 429, retryAfterS: 1 });
  const { send } = await visit();
  await send('page', 'Home');
  await send('identify', 'ann', { plan: 'gold' });
  await send('group', 'club');
  for (let i = 0; i < 10; i++) await send('track', 'Order Completed', { total: 10 + i });
  await expectCounted(cluster, sent.length);
  expect(proxy.answers.filter((answer) => answer === 429)).toHaveLength(2);
  expect(proxy.answers.filter((answer) => answer === 503)).toHaveLength(1);
  await expectOnce(cluster, sent);
  const events = await eventsIn(cluster);
  expect(events.find(({ event }) => event === '$page')?.context).toMatchObject({
    page: { title: 'A shop' },
    library: { name: 'analytics.js' },
  });
});

/** @param timeout after so long an unfinished batch is sent, ms */
function inBatches(timeout: number): object {
  const deliveryStrategy = { strategy: 'batching', config: { size: 5, timeout } };
  return { integrations: { 'Segment.io': { deliveryStrategy } } };
}

test('in batches, with 503 in between', async () => {
  proxy.fail({ status: 503 }, { status: 503 });
  const { send } = await visit(cluster.keys.web, inBatches(500));
  for (let i = 0; i < 12; i++) await send('track', 'Product Viewed', { price: i });
  await expectCounted(cluster, sent.length);
  await expectOnce(cluster, sent);
});

test('what a page has not sent is sent when it is left', async () => {
  const { page, send } = await visit(cluster.keys.web, inBatches(600_000));
  for (let i = 0; i < 5; i++) await send('track', 'Product Viewed', { price: i });
  // What is under way when a page is left may be cut off.
  await expectCounted(cluster, sent.length);
  for (let i = 0; i < 3; i++) await send('track', 'Product Viewed', { price: i });
  await page.goto('about:blank');
  await expectCounted(cluster, sent.length);
  await expectOnce(cluster, sent);
});

test('a lost answer, and NATS away for a while: nothing is lost, nothing counts twice', async () => {
  const { send } = await visit();
  proxy.fail('lost-answer');
  await send('track', 'Order Completed', { total: 1 });
  await expect.poll(() => proxy.answers).toContain('lost');
  proxy.answers.length = 0;
  await cluster.nats.kill();
  for (let i = 0; i < 3; i++) await send('track', 'Order Completed', { total: 2 });
  await expect.poll(() => proxy.answers).toContain(503);
  await cluster.nats.restart();
  await expectCounted(cluster, sent.length);
  await expectAll(cluster, sent);
});

test('a key for one origin: other pages may not even ask', async () => {
  const added = await cluster.run(['keys', 'add', 'bound', '--public', '--origins', shopUrl]);
  expect(added.status, added.stderr).toBe(0);
  expect((await cluster.run(['keys', 'remove', 'web'])).status).toBe(0);
  const secret = added.stdout.trim();
  const settings = (origin: string): Promise<Response> =>
    fetch(`${cluster.url}/v1/projects/${secret}/settings`, { headers: { origin } });
  await expect.poll(async () => (await settings(shopUrl)).status).toBe(200);
  const old = `${cluster.url}/v1/projects/${cluster.keys.web}/settings`;
  await expect.poll(async () => (await fetch(old)).status).toBe(401);
  const { send } = await visit(secret);
  await send('track', 'Order Completed', { total: 3 });
  await expectCounted(cluster, sent.length);

  const elsewhere = 'http://127.0.0.1:1';
  expect((await settings(elsewhere)).status).toBe(403);
  const asked = { method: 'OPTIONS', headers: { origin: elsewhere } };
  for (const path of ['/v1/t', `/v1/projects/${secret}/settings`]) {
    const { headers } = await fetch(`${cluster.url}${path}`, asked);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});
