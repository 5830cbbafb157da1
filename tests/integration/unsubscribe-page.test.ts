import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { linkSeal } from '../../src/adapters/node-crypto/seal.ts';
import { nodeServer } from '../../src/adapters/node-http/http-server.ts';
import { startGateway, type RunningGateway } from '../../src/roles/gateway/gateway.ts';
import { sealLink } from '../../src/wire/link.ts';
import { findChromium } from '../support/chromium.ts';
import { MemoryBus } from '../support/memory-bus.ts';
import { SILENT_LOGGER } from '../support/quiet-world.ts';
import { RecordingMetrics, systemClock } from '../support/world.ts';

/*
 * Unsubscribing as a person does it: in a real browser, on a phone, by day and by night, with
 * scripts switched off. Only the log and the store are played.
 */

const seal = linkSeal('a secret of a test, long enough');
const LONG_NAME = 'Everything that is new in the workshop, the garden and the kitchen, every week';

let browser: Browser;
let gateway: RunningGateway;
let page: Page;
const consents: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  gateway = await startGateway({
    http: nodeServer,
    options: { host: '127.0.0.1', port: 0, bodyBytesMax: 65_536, waitingBytesMax: 65_536 },
    bus: new MemoryBus(),
    partitions: 1,
    segments: [],
    assets: new Map(),
    tracking: {
      seal,
      log: { append: async () => ({ kind: 'stored', sequence: 1 }) },
      consents: {
        record: async (customer, scope, { state }) =>
          void consents.push(`${customer} ${scope} ${state}`),
      },
      campaigns: [{ id: 'weekly', name: LONG_NAME, from: { name: 'The Shop' } }],
      sender: 'The Shop',
      boot: 'first',
    },
    metrics: new RecordingMetrics(),
    metricsText: async () => '',
    logger: SILENT_LOGGER,
    clock: systemClock,
  });
});

afterEach(async () => {
  await page.context().close();
  if (complaints.length > 0) throw new Error(`the browser complains: ${complaints.join(', ')}`);
});

afterAll(async () => {
  await browser.close();
  await gateway.close();
});

async function open(customer: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const link = { kind: 'unsubscribe', customer, campaign: 'weekly', letter: 'ab' } as const;
  const context = await browser.newContext({
    viewport: { width: 320, height: 640 },
    javaScriptEnabled: false,
    colorScheme,
  });
  page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().includes('/u/')) complaints.push(request.url());
  });
  await page.goto(`http://127.0.0.1:${gateway.port}/u/${sealLink(seal, link)}`);
}

function button(name: string) {
  return page.getByRole('button', { name });
}

it.each(['light', 'dark'] as const)('fits a phone, and a finger, when it is %s', async (scheme) => {
  await open('ann', scheme);
  const first = button(`Only “${LONG_NAME}”`);
  const box = await first.boundingBox();
  if (box === null) throw new Error('the button is not shown');
  expect(box.height).toBeGreaterThanOrEqual(44);
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(320);
  // The page's own style is in force, though nothing else would be.
  const colour = scheme === 'light' ? 'rgb(11, 110, 105)' : 'rgb(95, 208, 197)';
  const background = await page.evaluate<string>(
    `getComputedStyle(document.querySelector('button')).backgroundColor`,
  );
  expect(background).toBe(colour);
  expect(await page.title()).toBe('Unsubscribe');
});

it('unsubscribes from one campaign, then from all, and subscribes again', async () => {
  await open('ben', 'light');
  await button(`Only “${LONG_NAME}”`).click();
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  await button('No more news and offers from The Shop at all').click();
  await page.getByText('You will get no more news and offers from The Shop').waitFor();
  await button('Subscribe again').click();
  await page.getByRole('heading', { name: 'You are subscribed again' }).waitFor();
  expect(consents).toEqual(['ben weekly withdrawn', 'ben * withdrawn', 'ben * given']);
});

it('works by keyboard alone', async () => {
  consents.length = 0;
  await open('cem', 'dark');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  expect(consents).toEqual(['cem * withdrawn']);
});
