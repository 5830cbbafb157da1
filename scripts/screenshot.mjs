// Takes a picture of a page, for the README: node scripts/screenshot.mjs --url <address> --out
// <file.png>
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string' },
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
await page.waitForSelector('[data-phase="live"]');
await page.waitForTimeout(Number(values['wait-s']) * 1000);
await page.screenshot({ path: values.out });
await browser.close();
