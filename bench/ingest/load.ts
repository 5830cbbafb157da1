import autocannon from 'autocannon';
import { bodiesOf } from './bodies.ts';
import { WRITE_KEY } from './write-key.ts';

/* The load, in a process of its own, so that its CPU time is nobody's. */

export interface LoadOrder {
  readonly url: string;
  readonly eventsPerBody: number;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadTold {
  readonly requests: number;
  /** Neither 200 nor answered. */
  readonly failed: number;
  readonly seconds: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

const bodies = new Map<number, readonly string[]>();

async function run({ url, eventsPerBody, connections, seconds }: LoadOrder): Promise<LoadTold> {
  const mine = bodies.get(eventsPerBody) ?? bodiesOf(eventsPerBody);
  bodies.set(eventsPerBody, mine);
  const path = eventsPerBody === 1 ? '/v1/track' : '/v1/batch';
  const authorization = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: mine.map((body) => ({
      method: 'POST' as const,
      path,
      body,
      headers: { authorization, 'content-type': 'application/json' },
    })),
  });
  return {
    requests: result['2xx'],
    failed: result.non2xx + result.errors + result.timeouts,
    seconds: result.duration,
    latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
  };
}

process.on('message', (order) => {
  // Written by `bench/ingest.ts`.
  void run(order as LoadOrder).then((told) => process.send?.(told));
});
process.on('disconnect', () => process.exit());
process.send?.('started');
