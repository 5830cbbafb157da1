import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/roles/gateway/openapi/document.ts';
import type { Operation } from '../../src/roles/gateway/openapi/operation.ts';
import { schemaAnswer, type SchemaAnswer } from '../../src/roles/gateway/schema/schema-answer.ts';
import { Cluster } from '../support/cluster.ts';
import { eventually } from '../support/world.ts';

/*
 * The API as its document describes it, held against a Shoal that runs; and what it says it has
 * seen, from HTTP and from NATS.
 */

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({
    partitions: 3,
    segments: { buyers: 'rule: { event: Order Completed }\n' },
    settings: ['privateAttributes=email', 'privacy.secret=not-to-be-guessed-by-trying'],
  });
  await cluster.up();
});
afterAll(() => cluster.end());

interface Asked {
  readonly path?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask({ method, path }: Operation, asked: Asked, key?: string): Promise<Response> {
  const { body, headers = {}, query = '' } = asked;
  return fetch(`${cluster.url}${asked.path ?? path}${query}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(key !== undefined && { 'x-write-key': key }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** The answer is one that the document tells of. */
async function expectDocumented(operation: Operation, response: Response): Promise<void> {
  const where = `${operation.method} ${operation.path}: ${response.status}`;
  const answer = operation.answers[response.status];
  expect(Object.keys(operation.answers), where).toContain(String(response.status));
  const text = await response.text();
  if (answer?.shape !== undefined) {
    const read = answer.shape.schema.safeParse(JSON.parse(text));
    // Nothing is left over, either.
    expect(read.data, `${where} ${read.error?.message}`).toEqual(JSON.parse(text));
  }
  const type = response.headers.get('content-type') ?? '';
  if (answer?.type !== undefined) expect(type).toContain(answer.type);
  for (const name of Object.keys(answer?.headers ?? {}))
    expect(response.headers.has(name), `${where} ${name}`).toBe(true);
}

/** A message that is taken at a path, and one that strict mode refuses. */
function bodiesOf({ path }: Operation): readonly unknown[] {
  const timestamp = new Date().toISOString();
  const message = { type: 'track', event: 'Order Completed', userId: 'ann', timestamp };
  if (/batch|import|\/b$/.test(path)) return [{ batch: [message] }, { batch: [message, 5] }, []];
  const traits = { course: 'Weaving', first_name: 'Ann' };
  return [{ ...message, traits, previousId: 'tablet' }, { userId: '' }];
}

/** What is asked, for all that the document says of an operation. */
function asking(operation: Operation): readonly Asked[] {
  const { method, path } = operation;
  if (method === 'post') {
    const headers = { 'x-strict-mode': '1' };
    return [...bodiesOf(operation), '{', 'x'.repeat(700_000)].map((body) => ({ body, headers }));
  }
  if (path.includes('{key}')) {
    return ['web', 'nobody'].map((key) => ({
      path: path.replace('{key}', key === 'web' ? cluster.keys.web : key),
    }));
  }
  if (path.includes('{customer}')) {
    return ['zoe', 'a%0Ab'].map((id) => ({ path: path.replace('{customer}', id) }));
  }
  if (path.includes('{campaign}')) {
    const known = path.replace('{campaign}', 'course-welcome');
    return [
      { path: known, query: '?customer=ann' },
      { path: known, query: '?customer=nobody-of-that-name' },
      { path: known },
      { path: path.replace('{campaign}', 'unknown'), query: '?customer=ann' },
    ];
  }
  return [{}];
}

describe('each operation of the document', () => {
  test.each(OPERATIONS)('$method $path is there, and answers as is said', async (operation) => {
    const told = new Set<number>();
    for (const asked of asking(operation)) {
      for (const key of [cluster.keys.server, cluster.keys.web, 'unknown', undefined]) {
        const response = await ask(operation, asked, key);
        if (response.status === 404)
          expect(await response.clone().text()).not.toContain('not-found');
        expect(response.status).not.toBe(405);
        await expectDocumented(operation, response);
        const isServer = key === cluster.keys.server;
        const mayAsk = isServer || (key === cluster.keys.web && operation.access === 'key');
        if (!mayAsk && operation.access !== 'anybody') expect(response.ok).toBe(false);
        told.add(response.status);
      }
    }
    const wanted = [200, 202, 400, 413].filter((status) => status in operation.answers);
    expect([...told]).toEqual(
      expect.arrayContaining(operation.path === '/v1/live' ? [426] : wanted),
    );
  });
});

async function schema(): Promise<SchemaAnswer> {
  const headers = { authorization: `Bearer ${cluster.keys.server}` };
  const response = await fetch(`${cluster.url}/v1/schema`, { headers });
  return schemaAnswer.strict().parse(await response.json());
}

function countOf(seen: SchemaAnswer, event: string): number {
  return seen.events.find(({ name }) => name === event)?.count ?? 0;
}

test('what is seen comes from HTTP and from NATS, and is there after a restart', async () => {
  const timestamp = new Date().toISOString();
  const seen = (userId: string): unknown => ({
    ...{ type: 'track', event: 'Cart Viewed', userId, timestamp },
    properties: { products: [{ category: 'toys', price: 5 }] },
  });
  const people = Array.from({ length: 9 }, (_, i) => `c${i}`);
  const identify = {
    type: 'identify',
    userId: 'ann',
    traits: { email: 'ann@example.com', plan: 'pro' },
  };
  await fetch(`${cluster.url}/v1/batch`, {
    method: 'POST',
    headers: { 'x-write-key': cluster.keys.server },
    body: JSON.stringify({ batch: [...people.map(seen), identify] }),
  });
  for (const partition of [0, 1, 2]) {
    const body = Buffer.from(JSON.stringify(seen('raw')));
    await cluster.link.log.append(`shoal.events.${partition}`, body);
  }
  await eventually('all is seen', async () => countOf(await schema(), 'Cart Viewed') === 12);

  const before = await schema();
  const cart = before.events.find(({ name }) => name === 'Cart Viewed');
  expect(cart?.properties).toMatchObject({ sampled: 12, others: 0 });
  expect(cart?.properties.fields).toContainEqual({
    path: 'products[].category',
    count: 12,
    lastSeenAt: expect.any(String),
    types: { text: 12 },
    examples: [{ value: 'toys', count: 12 }],
  });
  const email = before.attributes.fields.find(({ path }) => path === 'email');
  expect(email).toMatchObject({ types: { private: expect.any(Number) }, examples: [] });
  expect(JSON.stringify(before)).not.toMatch(/ann@|private:/);

  const printed = await cluster.run(['schema', 'Cart Viewed']);
  expect(printed).toMatchObject({ status: 0, stderr: '' });
  expect(printed.stdout).toMatch(/^products\[\]\.category +text +100 % +"toys"$/m);
  expect((await cluster.run(['schema'])).stdout).toMatch(/^Cart Viewed +12 +2\d{3}-/m);
  const unknown = await cluster.run(['schema', 'Cart Vewed']);
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('did you mean "Cart Viewed"?');

  expect(await cluster.down('SIGTERM')).toBe(0);
  await cluster.up();
  expect(await schema()).toEqual(before);
  await cluster.down('SIGKILL');
  await cluster.up();
  await eventually('it is there', async () => countOf(await schema(), 'Cart Viewed') === 12);
});
