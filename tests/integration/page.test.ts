import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { chooseHttpServer } from '../../src/app/http.ts';
import { readAssets } from '../../src/app/dashboard-assets.ts';
import { projectPath } from '../../src/app/root.ts';
import { createMetrics } from '../../src/adapters/prom/metrics.ts';
import { startGateway, type RunningGateway } from '../../src/roles/gateway/gateway.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import { liveSubject, querySubject } from '../../src/wire/subject.ts';
import { count, status } from '../roles/gateway/status.ts';
import { findChromium } from '../support/chromium.ts';
import { freePort } from '../../src/app/local/loopback.ts';
import { MemoryBus } from '../support/memory-bus.ts';
import { REAL_CLOCK, SILENT_LOGGER } from '../support/quiet-world.ts';

/*
 * The page, built, served by the real gateway, in a real browser; only the owner is played.
 */

let browser: Browser;
let gateway: RunningGateway;
let page: Page;
/** What the browser complained of, and asked of anyone else. */
const complaints: string[] = [];
const bus = new MemoryBus();
let last = status({ counts: { vip: count(1_200), lapsed: count(7) } });

function tell(told: Partial<PartitionStatus>): void {
  const counts = { ...last.counts, ...told.counts };
  last = { ...last, ...told, counts, sequence: last.sequence + 1 };
  bus.publish(liveSubject(0), bytes({ ...last, full: false }));
}

function bytes(value: PartitionStatus): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function start(port: number): Promise<RunningGateway> {
  return startGateway({
    http: await chooseHttpServer('auto', SILENT_LOGGER),
    options: { host: '127.0.0.1', port, bodyBytesMax: 65_536, waitingBytesMax: 1_048_576 },
    bus,
    partitions: 1,
    segments: [
      { id: 'vip', name: 'VIP', description: 'Those who buy much' },
      { id: 'lapsed', name: 'Lapsed', description: 'Bought before' },
    ],
    assets: await readAssets(projectPath('dist/dashboard')),
    metrics: createMetrics(false),
    metricsText: async () => '',
    logger: SILENT_LOGGER,
    clock: REAL_CLOCK,
  });
}

beforeAll(async () => {
  bus.serve(querySubject(0), async () => bytes(last));
  gateway = await start(await freePort());
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser.close();
  await gateway.close();
});

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage({ reducedMotion: 'reduce' });
  complaints.length = 0;
  const home = `http://127.0.0.1:${gateway.port}`;
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(home)) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(home);
  await page.waitForSelector('[data-phase="live"]');
});

function countOf(segment: string): Promise<string | null> {
  return page.locator(`[data-segment="${segment}"] [data-count]`).textContent();
}

it('shows a count as it changes, and asks nobody else for anything', async () => {
  await expect.poll(() => countOf('vip')).toBe('1,200');
  tell({ counts: { vip: count(1_201) } });
  await expect.poll(() => countOf('vip')).toBe('1,201');
  expect(await countOf('lapsed')).toBe('7');
  expect(complaints).toEqual([]);
});

it('is moved through by keys, and opens a segment at Enter', async () => {
  await page.locator('[data-segment="vip"] [data-open]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  expect(await dialog.locator('h2').textContent()).toBe('Lapsed');
  await expect.poll(() => dialog.locator('canvas').count()).toBe(2);
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count()).toBe(0);
  const focused = page.locator('[data-segment="lapsed"] [data-open]');
  const isActive = (): Promise<boolean> =>
    focused.evaluate((node) => node === node.ownerDocument.activeElement);
  await expect.poll(isActive).toBe(true);
  expect(complaints).toEqual([]);
});

it('follows the theme that is chosen, and remembers it', async () => {
  const ground = (): Promise<string> =>
    page.evaluate('getComputedStyle(document.body).backgroundColor');
  const light = await ground();
  await page.getByRole('button', { name: 'Use the dark theme' }).click();
  // The page draws after the click has been answered.
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await page.getByRole('button', { name: 'Use the light theme' }).waitFor();
  await expect.poll(ground).toBe(dark);
});

it('says when the line is lost, and comes back by itself', async () => {
  const { port } = gateway;
  await gateway.close();
  await page.waitForSelector('[data-phase="lost"]');
  await expect.poll(() => page.getByRole('status').textContent()).toContain('Connection lost');
  expect(await countOf('lapsed')).toBe('7');
  gateway = await start(port);
  tell({ counts: { vip: count(1_201), lapsed: count(8) } });
  await page.waitForSelector('[data-phase="live"]');
  await expect.poll(() => countOf('lapsed')).toBe('8');
});
