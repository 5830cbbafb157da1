import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { amendedStream, eventsStream } from '../../../src/wire/subject.ts';
import { Cluster } from '../../support/cluster.ts';
import { filesHolding } from '../../support/files.ts';
import { identify, track } from '../../support/owner.ts';
import { eventually } from '../../support/world.ts';

/*
 * A whole Shoal forgets, and is killed in the midst of it. What is kept longer, word for those who
 * listen and what the broker may lose, is looked at in `forgetting.test.ts`.
 */

const ANN = `ann-${randomUUID()}`;
const ZOE = `zoë / ${randomUUID()}`;
const ADDRESS = `${randomUUID()}@example.com`;
const OTHERS = 200;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({
    partitions: 2,
    segments: { buyers: 'rule: { event: Order Completed }\n' },
    settings: ['checkpoint.interval=1s', 'erasure.interval=1s'],
  });
});
afterAll(() => cluster.end());

/** The files of the logs that hold a text. */
async function inLogs(text: string): Promise<string[]> {
  const streams = [0, 1].flatMap((p) => [eventsStream(p), amendedStream(p)]);
  const folder = join(cluster.nats.dataFolder, 'jetstream/$G/streams');
  const found = streams.map((stream) => filesHolding(join(folder, stream), text));
  return (await Promise.all(found)).flat();
}

async function amended(): Promise<number> {
  const all = [0, 1].map((p) => cluster.link.log.lastSequence(amendedStream(p)));
  return (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
}

const buyers = (wanted: number): Promise<void> =>
  eventually(`${wanted} buyers`, () => cluster.live.members['buyers'] === wanted);

test('who is forgotten goes from the logs, though Shoal is killed in the midst', async () => {
  await cluster.up();
  for (let i = 0; i < OTHERS; i++) {
    await cluster.publish([
      track(ANN, 'Order Completed'),
      identify(ANN, { email: ADDRESS }),
      track(ZOE, 'Order Completed'),
      track(`other-${i}`, 'Order Completed'),
    ]);
  }
  await buyers(OTHERS + 2);
  expect((await inLogs(ANN)).length).toBeGreaterThan(0);

  const asked = await fetch(`${cluster.url}/v1/customers/${encodeURIComponent(ZOE)}`, {
    method: 'DELETE',
    headers: { authorization: `Basic ${btoa(`${cluster.keys.server}:`)}` },
  });
  expect(asked.status).toBe(202);
  const told = await cluster.run(['forget', ANN]);
  expect(told.status, told.stderr).toBe(0);
  expect(told.stdout).not.toContain(ANN);
  await buyers(OTHERS);

  for (const wanted of [20, 80]) {
    await eventually('some of it is amended', async () => (await amended()) >= wanted);
    await cluster.down('SIGKILL');
    await cluster.up();
  }
  await eventually('the logs hold neither', async () => {
    const left = await Promise.all([ANN, ZOE, ADDRESS].map((text) => inLogs(text)));
    return left.flat().length === 0;
  });
  await buyers(OTHERS);
  expect(cluster.program.stderr).not.toContain(ANN);
  expect(cluster.program.stdout).not.toContain(ANN);
  expect(await cluster.down('SIGTERM')).toBe(0);
});
