import { describe, expect, it } from 'vitest';
import { PartitionStatuses, SILENT_MS } from '../../../src/roles/gateway/partition-statuses.ts';
import { Routes, type RouteParts } from '../../../src/roles/gateway/routes.ts';
import type { HttpResponse } from '../../../src/roles/ports/http.ts';
import type { ReceivedLetter } from '../../../src/roles/ports/mail.ts';
import { status } from './status.ts';

const LETTER: ReceivedLetter = {
  id: 'a b',
  receivedAt: 0,
  from: 'shop@example.com',
  to: '"<i>Ann" <ann@example.com>',
  subject: 'Hi <script>alert(1)</script>',
  html: '<h1 style="color:red">Hello</h1><script>alert(2)</script>',
  text: 'Hello & goodbye',
  raw: 'Subject: <b>',
};

const bytes = new TextEncoder().encode('x');
const ASSETS = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: bytes }],
  ['/assets/page-1a2b.js', { type: 'text/javascript', body: bytes }],
]);

const logged: unknown[] = [];
const note = (...line: unknown[]): void => void logged.push(line);

function routes(parts: Partial<RouteParts> = {}): (path: string, method?: string) => Answered {
  const made = new Routes({
    desks: [],
    segments: [{ id: 'vip', name: 'VIP', description: 'Those who buy much' }],
    assets: ASSETS,
    metricsText: async () => 'shoal_up 1\n',
    statuses: new PartitionStatuses(1),
    clock: { now: () => 0, sleep: async () => undefined },
    logger: { error: note, warn: note, info: note, debug: note },
    requests: { add: () => undefined },
    ...parts,
  });
  return (path, method = 'GET') =>
    made.answer({
      path,
      method,
      query: new URLSearchParams(),
      headers: new Map(),
      address: '127.0.0.1',
      body: async (read) => read(new Uint8Array()),
    });
}

type Answered = Promise<HttpResponse>;
const inbox = { letters: () => [LETTER] };

describe('answers', () => {
  it.each([
    ['/livez', 200, '{"live":true}'],
    ['/metrics', 200, 'shoal_up 1'],
    ['/v1/segments', 200, '[{"id":"vip","name":"VIP","description":"Those who buy much"}]'],
    ['/v1/live', 426, 'upgrade-wanted'],
    ['/nowhere', 404, 'there is nothing at'],
    ['/inbox', 404, 'no-inbox'],
    ['/inbox/1', 404, 'no-inbox'],
  ])('%s with %i', async (path, code, part) => {
    const answer = await routes()(path);
    expect([answer.status, answer.body]).toEqual([code, expect.stringContaining(part)]);
  });

  it('bear the headers that keep a page to itself', async () => {
    for (const path of ['/', '/livez', '/nowhere', '/inbox']) {
      const { headers } = await routes({ inbox })(path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'self';/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('are for reading only', async () => {
    const answer = await routes()('/livez', 'POST');
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await routes()('/livez', 'HEAD')).status).toBe(200);
  });

  it('let a browser keep what bears a hash in its name, and only that', async () => {
    const ask = routes();
    expect((await ask('/')).headers['cache-control']).toBe('no-cache');
    expect((await ask('/assets/page-1a2b.js')).headers['cache-control']).toContain('immutable');
    expect((await ask('/livez')).headers['cache-control']).toBe('no-store');
  });

  it('say how to build a page that is not there', async () => {
    const answer = await routes({ assets: new Map() })('/');
    expect([answer.status, answer.body]).toEqual([404, expect.stringContaining('npm run build')]);
  });

  it('with 500 when something fails, and log it', async () => {
    logged.length = 0;
    const fail = routes({
      metricsText: async () => {
        throw new Error('boom');
      },
    });
    expect((await fail('/metrics')).status).toBe(500);
    expect(logged).toHaveLength(1);
  });
});

describe('readiness', () => {
  it('names the partitions that nothing is known of, and those silent or outdated', async () => {
    let now = 0;
    const statuses = new PartitionStatuses(2);
    const clock = { now: () => now, sleep: async () => undefined };
    const ask = routes({ statuses, clock });
    const ready = async (): Promise<unknown> => {
      const answer = await ask('/readyz');
      return [answer.status, JSON.parse(String(answer.body))];
    };
    statuses.take(status(), 0);
    expect(await ready()).toEqual([
      503,
      { ready: false, partitions: { missing: [1], silent: [], outdated: [] } },
    ]);
    statuses.take(status({ partition: 1, isCurrent: false }), 0);
    expect(await ready()).toEqual([
      503,
      { ready: false, partitions: { missing: [], silent: [], outdated: [1] } },
    ]);
    statuses.take(status({ partition: 1, sequence: 2 }), SILENT_MS);
    expect(await ready()).toEqual([200, { ready: true }]);
    now = SILENT_MS + 1;
    expect(await ready()).toEqual([
      503,
      { ready: false, partitions: { missing: [], silent: [0], outdated: [] } },
    ]);
  });
});

describe('the inbox', () => {
  const ask = routes({ inbox });

  it('lists letters with nothing of theirs left to run', async () => {
    const page = String((await ask('/inbox')).body);
    expect(page).toContain('href="/inbox/a%20b"');
    expect(page).toContain('Hi &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('&quot;&lt;i&gt;Ann&quot; &lt;ann@example.com&gt;');
    expect(page).not.toContain('<script');
  });

  it('shows a letter in a frame that may do nothing', async () => {
    const page = String((await ask('/inbox/a b')).body);
    expect(page).toContain('<iframe sandbox title="The letter" src="/inbox/a%20b/body">');
    expect(page).toContain('Hello &amp; goodbye');
    expect(page).toContain('Subject: &lt;b&gt;');
    expect(page).not.toContain('<script');
  });

  it("serves a letter's own HTML sandboxed, to our pages only", async () => {
    const { body, headers } = await ask('/inbox/a b/body');
    expect(body).toBe(LETTER.html);
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none';/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
  });

  it.each(['/inbox/none', '/inbox/a b/else', '/inbox/a b/body/more'])('has no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('says that it is empty', async () => {
    const empty = routes({ inbox: { letters: () => [] } });
    expect((await empty('/inbox')).body).toContain('No letter has come yet');
  });
});
