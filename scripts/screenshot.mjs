// Takes a picture of a page, for the README: node scripts/screenshot.mjs --url <address> --out
// <file.png>
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string' },
    // What must be there before the picture is taken; and what is clicked before that.
    ready: { type: 'string', default: '[data-phase="live"]' },
    click: { type: 'string' },
    dark: { type: 'boolean', default: false },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '840' },
    // So that charts have a past to show.
    'wait-s': { type: 'string', default: '5' },
  },
});
if (values.url === undefined || values.out === undefined) {
  console.error('usage: npm run screenshot -- --url <address> --out <file.png> [--dark]');
  console.error('       [--width <px>] [--height <px>] [--wait-s <seconds>]');
  console.error('       [--click <selector>] [--ready <selector>]');
  process.exit(2);
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = browsers.find((path) => existsSync(path));
if (executablePath === undefined) {
  console.error('no Chromium is installed: apt-get install chromium');
  process.exit(1);
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({
  viewport: { width: Number(values.width), height: Number(values.height) },
  deviceScaleFactor: 2,
  colorScheme: values.dark ? 'dark' : 'light',
});
await page.goto(values.url);
if (values.click !== undefined) await page.click(values.click);
await page.waitForSelector(values.ready);
await page.waitForTimeout(Number(values['wait-s']) * 1000);
await page.screenshot({ path: values.out });
await browser.close();
