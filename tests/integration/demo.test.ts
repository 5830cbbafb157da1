import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/app/local/loopback.ts';
import { commandOf } from '../support/family.ts';
import { Program } from '../support/program.ts';
import { eventually } from '../support/world.ts';

/*
 * `shoal demo` as a newcomer runs it, on small figures: what it prints, and that nothing is left.
 */

const run = promisify(execFile);

const SERVERS = ['nats-server', 'redis-server'];

async function startDemo(...flags: readonly string[]): Promise<{ demo: Program; url: string }> {
  const port = String(await freePort());
  const demo = new Program(['demo', '--customers', '300', '--port', port, ...flags]);
  onTestFinished(() => demo.signal('SIGKILL'));
  return { demo, url: `http://127.0.0.1:${port}` };
}

/** The servers that a demo has started, by name; empty when there are none. */
function serversOf(demo: Program): string[] {
  return demo.family
    .alive()
    .map(commandOf)
    .filter((name) => SERVERS.includes(name))
    .toSorted();
}

/** The numbers of a segment's row in the summary. */
function rowOf(stdout: string, segment: string): { entered: number; exited: number } {
  const row = new RegExp(`^${segment} +[\\d,]+ +([\\d,]+) +([\\d,]+)$`, 'm').exec(stdout);
  const [, entered = 'NaN', exited = 'NaN'] = row ?? [];
  return { entered: numberOf(entered), exited: numberOf(exited) };
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

test('it shows a page, prints a summary, ends by itself and leaves nothing', async () => {
  const { demo, url } = await startDemo('--for', '5s');
  await eventually('the page is served', async () => {
    const answer = await fetch(url).catch(() => undefined);
    return answer?.status === 200 && (await answer.text()).includes('<html');
  });
  expect(serversOf(demo)).toEqual(SERVERS);
  expect((await fetch(`${url}/inbox`)).status).toBe(200);

  expect(await demo.exited, demo.stderr).toBe(0);
  expect(demo.stdout).toContain(`The page is at ${url}, the letters at ${url}/inbox\n`);
  // A few people have signed up in the last hour.
  const loaded = /^Loaded a year of (\d+) customers, [\d,]+ events, in [\d.]+ s\./m;
  expect(Number(loaded.exec(demo.stdout)?.[1])).toBeGreaterThanOrEqual(300);
  expect(demo.stdout).toMatch(/^events +[\d,]+ of history, [1-9][\d,]* live$/m);
  expect(demo.stdout).toMatch(/^customers +\d+$/m);
  expect(demo.stdout).toMatch(/^letters +[\d,]+$/m);
  expect(rowOf(demo.stdout, 'lapsed').entered).not.toBeNaN();
  expect(demo.stdout).toMatch(/^letters +sent +opened +clicked +bought +unsubscribed +not sent$/m);
  // Nothing that a newcomer would wonder about.
  expect(demo.stderr).toBe('');
  await eventually('no process is left', () => demo.family.alive().length === 0);
});

test('it leaves nothing when it is killed', async () => {
  const { demo } = await startDemo();
  await eventually('live traffic runs', () => demo.stdout.includes('Live traffic runs'));
  expect(serversOf(demo)).toEqual(SERVERS);
  demo.signal('SIGKILL');
  expect(await demo.exited).toBeNull();
  await eventually('no process is left', () => demo.family.alive().length === 0);
});

test('SIGTERM ends it in order', async () => {
  const { demo } = await startDemo();
  await eventually('live traffic runs', () => demo.stdout.includes('Live traffic runs'));
  demo.signal('SIGTERM');
  expect(await demo.exited, demo.stderr).toBe(0);
  expect(demo.stdout).toMatch(/^segment +members +entered +exited$/m);
  await eventually('no process is left', () => demo.family.alive().length === 0);
});

test('SIGTERM ends it in order while its servers still start', async () => {
  const { demo } = await startDemo();
  await eventually('it says what it starts', () => demo.stdout.includes('Starting nats-server'));
  demo.signal('SIGTERM');
  expect(await demo.exited, demo.stderr).toBe(0);
  expect(demo.stderr).toBe('');
  await eventually('no process is left', () => demo.family.alive().length === 0);
});

test('a server that does not start: it says why, and the others end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const broken = '#!/bin/sh\necho no room on the disk\nexit 1\n';
  await writeFile(join(folder, 'redis-server'), broken, { mode: 0o700 });
  const demo = new Program(['demo'], { PATH: `${folder}:${process.env['PATH'] ?? ''}` });
  onTestFinished(() => demo.signal('SIGKILL'));
  expect(await demo.exited).toBe(1);
  expect(demo.stderr).toContain('no room on the disk');
  await eventually('no process is left', () => demo.family.alive().length === 0);
});

test('people get letters and answer them, by the links that stand in them', async () => {
  const { demo, url } = await startDemo('--speed', '600');
  const clicks = /^shoal_tracking_requests_total\{kind="click",outcome="stored"\} (\d+)$/m;
  await eventually(
    'letters are clicked',
    async () => {
      const answer = await fetch(`${url}/metrics`).catch(() => undefined);
      const [, count = '0'] = clicks.exec((await answer?.text()) ?? '') ?? [];
      return Number(count) >= 3;
    },
    90_000,
  );
  demo.signal('SIGTERM');
  expect(await demo.exited, demo.stderr).toBe(0);
  const rows = [...demo.stdout.matchAll(/^[a-z-]+ +(\d+) +(\d+) +(\d+) +\d+ +\d+ +\d/gm)];
  const [sent = 0, opened = 0, clicked = 0] = [1, 2, 3].map((column) =>
    rows.reduce((sum, row) => sum + Number(row[column]), 0),
  );
  expect(clicked, demo.stdout).toBeGreaterThanOrEqual(3);
  expect(opened).toBeGreaterThanOrEqual(clicked);
  expect(sent).toBeGreaterThan(opened);
  expect(demo.stderr).toBe('');
});

test.each([['1'], ['600']])('a newcomer sends it an event by HTTP, at speed %s', async (speed) => {
  const { demo, url } = await startDemo('--speed', speed);
  await eventually('live traffic runs', () => demo.stdout.includes('Live traffic runs'));
  const [, command = ''] = /^Send it an event of yours: (curl .+)$/m.exec(demo.stdout) ?? [];
  const { stdout } = await run('sh', ['-c', `${command} --silent`]);
  expect(JSON.parse(stdout)).toEqual({ success: true });
  const preview = `${url}/v1/campaigns/educational-games/preview?customer=you`;
  await expect.poll(async () => (await fetch(preview)).status).toBe(200);
  demo.signal('SIGTERM');
  expect(await demo.exited, demo.stderr).toBe(0);
  expect(demo.stderr).toBe('');
});

test('a time machine lets carts mature and be forgotten', async () => {
  const { demo } = await startDemo('--for', '6s', '--speed', '600');
  expect(await demo.exited, demo.stderr).toBe(0);
  // Six seconds are an hour: time enough for the carts of the last hour and the new ones.
  const { entered, exited } = rowOf(demo.stdout, 'abandoned-cart');
  expect(entered).toBeGreaterThan(0);
  expect(exited).toBeGreaterThan(0);
});
