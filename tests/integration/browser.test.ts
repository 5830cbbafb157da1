import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { Cluster } from '../support/cluster.ts';
import { track } from '../support/owner.ts';
import { Program } from '../support/program.ts';
import { eventually } from '../support/world.ts';

/*
 * The page of the real program in a real browser: what is sent shows, and what time alone does.
 */

let browser: Browser;
let cluster: Cluster;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  cluster = await Cluster.start({
    partitions: 4,
    segments: {
      buyers: 'name: Buyers\nrule: { event: Order Completed }\n',
      'here-now': 'name: Here now\nrule: { event: Session Started, within: 5s }\n',
    },
  });
  await cluster.up();
  await eventually('the definitions are in force', async () => {
    const statuses = await cluster.statuses();
    return statuses.every(({ counts }) => Object.keys(counts).length === 2);
  });
});

afterAll(async () => {
  await browser?.close();
  await cluster?.end();
});

/** A page that is closed with the test; what it complains of, and asks of others, is kept. */
async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin)) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

function line(userId: string, event: string): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({ type: 'track', userId, event, timestamp, properties: { total: 100 } });
}

test('a count changes when an event is sent, and again when time has passed', async () => {
  const { page, complaints } = await open(cluster.url);
  await page.waitForSelector('[data-phase="live"]');
  const countOf = (segment: string): Promise<string | null> =>
    page.locator(`[data-segment="${segment}"] [data-count]`).textContent();
  const names = (): Promise<string[]> => page.locator('[data-segment] h2').allTextContents();
  await expect.poll(names).toEqual(['Buyers', 'Here now']);
  await expect.poll(() => countOf('buyers')).toBe('0');

  await cluster.sendFile([
    line('ann', 'Order Completed'),
    line('ben', 'Order Completed'),
    line('ann', 'Order Completed'),
  ]);
  await expect.poll(() => countOf('buyers')).toBe('2');
  expect(await countOf('here-now')).toBe('0');

  // Watched by the page itself: it may be gone again before we look. And sent from here, since a
  // program that has to start first might send what is over already.
  const came = page.waitForSelector('[data-segment="here-now"] [data-count="1"]');
  await cluster.publish([track('ann', 'Session Started')]);
  await came;
  await expect.poll(() => countOf('here-now')).toBe('0');
  expect(await countOf('buyers')).toBe('2');
  expect(complaints).toEqual([]);
});

test('the demo shows its letters', async () => {
  const quick = ['--customers', '300', '--rate', '400', '--speed', '60'];
  const demo = new Program(['demo', '--port', '0', ...quick]);
  onTestFinished(() => demo.signal('SIGTERM'));
  const inboxUrl = (): string | undefined => /the letters at (\S+)/.exec(demo.stdout)?.[1];
  await eventually('the demo says where its letters are', () => {
    if (demo.hasExited) throw new Error(`the demo has ended:\n${demo.stderr}`);
    return inboxUrl() !== undefined;
  });

  // The list asks for itself again until a letter is there.
  const { page, complaints } = await open(inboxUrl() ?? '');
  await page.locator('.letters a', { hasText: 'your course' }).first().click({ timeout: 60_000 });
  await page.waitForURL(/\/inbox\/./);
  const subject = await page.locator('h1').textContent();
  const [, course = ''] = /, your course “(.+)” is ready$/.exec(subject ?? '') ?? [];
  expect(course).not.toBe('');
  const letter = page.frameLocator('iframe');
  expect(await letter.locator('h1').textContent()).toBe(course);
  // Who looks into the inbox is not the customer: the pixel that tells of an opening is blocked.
  expect(complaints.filter((text) => !/image.*\/o\/.*Content Security/s.test(text))).toEqual([]);

  demo.signal('SIGTERM');
  expect(await demo.exited, demo.stderr).toBe(0);
});
