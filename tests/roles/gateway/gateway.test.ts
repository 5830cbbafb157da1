import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { nodeServer } from '../../../src/adapters/node-http/http-server.ts';
import { createMetrics, metricsText } from '../../../src/adapters/prom/metrics.ts';
import { startGateway, type RunningGateway } from '../../../src/roles/gateway/gateway.ts';
import type { PartitionStatus } from '../../../src/wire/live.ts';
import { liveSubject, querySubject } from '../../../src/wire/subject.ts';
import { MemoryBus } from '../../support/memory-bus.ts';
import { REAL_CLOCK, SILENT_LOGGER } from '../../support/quiet-world.ts';
import { count, status } from './status.ts';

let gateway: RunningGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function start(bus: MemoryBus): Promise<string> {
  const metrics = createMetrics(false);
  gateway = await startGateway({
    http: nodeServer,
    options: { host: '127.0.0.1', port: 0, bodyBytesMax: 65_536, waitingBytesMax: 65_536 },
    bus,
    partitions: 2,
    segments: [{ id: 'vip', name: 'VIP', description: '' }],
    assets: new Map(),
    metrics,
    metricsText: async () => metricsText([await metrics.snapshot()]),
    logger: SILENT_LOGGER,
    clock: REAL_CLOCK,
  });
  return `127.0.0.1:${gateway.port}`;
}

function bytes(told: PartitionStatus): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(told));
}

async function subscribe(host: string): Promise<{ socket: WebSocket; frames: unknown[] }> {
  const socket = new WebSocket(`ws://${host}/v1/live`);
  const frames: unknown[] = [];
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') frames.push(JSON.parse(data));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"subscribe","segments":["*"]}');
  return { socket, frames };
}

it('asks the owners, follows them, and asks again after a gap', async () => {
  const bus = new MemoryBus();
  const asked: string[] = [];
  const answers = [
    status({ counts: { vip: count(1) } }),
    status({ partition: 1, counts: { vip: count(10) } }),
  ];
  for (const [partition, answer] of answers.entries()) {
    bus.serve(querySubject(partition), async (body) => {
      asked.push(`${partition} ${new TextDecoder().decode(body)}`);
      return bytes(answers[partition] ?? answer);
    });
  }
  const host = await start(bus);
  const { frames } = await subscribe(host);
  await expect.poll(() => frames[0]).toMatchObject({ counts: { vip: count(11) } });
  expect(asked).toEqual(['0 {"type":"status"}', '1 {"type":"status"}']);

  bus.publish(
    liveSubject(0),
    bytes(status({ sequence: 2, full: false, counts: { vip: count(2) } })),
  );
  await expect.poll(() => frames).toContainEqual(expect.objectContaining(vip(12)));

  answers[1] = status({ partition: 1, sequence: 9, counts: { vip: count(30) } });
  const gap = status({ partition: 1, sequence: 9, full: false });
  bus.publish(liveSubject(1), bytes(gap));
  await expect.poll(() => frames).toContainEqual(expect.objectContaining(vip(32)));
});

function vip(members: number): unknown {
  return { counts: { vip: count(members) } };
}

it('is ready when all partitions have reported, and alive before', async () => {
  const bus = new MemoryBus();
  const host = await start(bus);
  expect((await fetch(`http://${host}/livez`)).status).toBe(200);
  expect((await fetch(`http://${host}/readyz`)).status).toBe(503);
  for (const partition of [0, 1]) bus.publish(liveSubject(partition), bytes(status({ partition })));
  expect((await fetch(`http://${host}/readyz`)).status).toBe(200);
});

it('counts what it cannot read, and goes on', async () => {
  const bus = new MemoryBus();
  const host = await start(bus);
  bus.publish(liveSubject(0), new TextEncoder().encode('{"partition":'));
  bus.publish(
    liveSubject(0),
    bytes({ ...status(), counts: { vip: { ...count(1), members: 0.5 } } }),
  );
  const text = await (await fetch(`http://${host}/metrics`)).text();
  expect(text).toContain('shoal_live_statuses_unreadable_total 2\n');
  expect(text).toContain('shoal_http_engine_info{engine="node-http"} 1\n');
});

it('ends its sockets when it closes', async () => {
  const { socket } = await subscribe(await start(new MemoryBus()));
  const code = new Promise((resolve) => socket.once('close', resolve));
  await gateway?.close();
  expect(await code).toBe(1001);
  gateway = undefined;
});
