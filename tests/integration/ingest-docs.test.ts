import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, StringCodec } from 'nats';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startLocalServer } from '../../src/app/local/local-server.ts';
import { ask } from '../../src/app/local/loopback.ts';
import { findProgram } from '../../src/app/local/program.ts';
import { projectPath } from '../../src/app/root.ts';
import { partitionOf } from '../../src/base/hash.ts';
import { Cluster } from '../support/cluster.ts';
import { eventsIn } from '../support/ingested.ts';

/*
 * What docs/ingest.md tells people to do, done.
 */

const run = promisify(execFile);

let cluster: Cluster;
let page: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  page = await readFile(projectPath('docs/ingest.md'), 'utf8');
  // As many partitions as the page says.
  cluster = await Cluster.start({ partitions: 16, segments: {} });
  await cluster.up();
  environment = {
    ...process.env,
    SHOAL_URL: cluster.url,
    SHOAL_KEY: cluster.keys.server,
    NATS_URL: cluster.nats.url,
  };
});

afterAll(() => cluster.end());

/** The blocks of the page in one language that hold a word. */
function blocksWith(language: string, word: string): string[] {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].map(([, text = '']) => text).filter((text) => text.includes(word));
}

/** What came in since it was asked last: whom it is about, and what it is. */
const seen = new Set<string>();
async function news(): Promise<string[]> {
  const events = await eventsIn(cluster);
  const fresh = events.filter((event) => !seen.has(JSON.stringify(event)));
  for (const event of fresh) seen.add(JSON.stringify(event));
  return fresh.map(({ customer, event }) => `${customer} ${event}`).toSorted();
}

test('curl', async () => {
  const blocks = blocksWith('sh', 'curl');
  expect(blocks).toHaveLength(2);
  const commands = blocks.join('').split('curl').length - 1;
  const { stdout } = await run('sh', ['-e', '-c', blocks.join('')], { env: environment });
  expect(stdout).toBe('{"success":true}\n'.repeat(commands));
  expect(await news()).toEqual([
    'ann $identify',
    'ann $page',
    'ann Order Completed',
    'ann Order Completed',
    'ben Product Viewed',
  ]);
});

test.each([
  ['@segment/analytics-node', ['ann $identify', 'ann Order Completed']],
  ['@rudderstack/rudder-sdk-node', ['ann $identify', 'ann Order Completed']],
  ["from 'nats'", ['ann Order Completed']],
])('%s', async (word, sent) => {
  const [code = '', ...more] = blocksWith('js', word);
  expect(more).toEqual([]);
  const flags = ['--input-type=module', '--eval', code];
  const options = { env: environment, cwd: projectPath('.') };
  const { stderr } = await run(process.execPath, flags, options);
  expect(stderr).toBe('');
  expect(await news()).toEqual(sent);
});

test('NATS finds the partition of shoal.in.<id> as Shoal does', async () => {
  const [mapping = ''] = blocksWith('conf', 'mappings');
  const name = `mapping-${randomUUID()}`;
  const file = join(cluster.folder, 'mapping.conf');
  await writeFile(file, mapping);
  const server = await startLocalServer({
    name: 'nats',
    program: findProgram(['nats-server'], 'apt-get install nats-server'),
    scheme: 'nats',
    args: ({ port }) => [
      ...['--config', file, '--addr', '127.0.0.1', '--port', String(port), '--name', name],
    ],
    isReady: async ({ port }) =>
      (await ask(port, '', (text) => text.includes('\r\n')))?.includes(name) === true,
  });
  onTestFinished(() => server.stop());
  const connection = await connect({ servers: server.url });
  onTestFinished(() => connection.close());
  const ids = Array.from({ length: 100 }, (_, i) => `customer-${i}_Z`);
  const came: string[] = [];
  connection.subscribe('shoal.events.*', {
    callback: (_, { subject, data }) => {
      came.push(`${subject} ${StringCodec().decode(data)}`);
    },
  });
  for (const id of ids) connection.publish(`shoal.in.${id}`, StringCodec().encode(id));
  await connection.flush();
  await expect.poll(() => came.length).toBe(ids.length);
  expect(came).toEqual(ids.map((id) => `shoal.events.${partitionOf(id, 16)} ${id}`));
});
