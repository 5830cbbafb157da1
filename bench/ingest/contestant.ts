import uws from 'uWebSockets.js';
import { startService } from '../../src/app/service/service.ts';
import { readSettings } from '../../src/app/settings.ts';
import { UTC } from '../../src/base/zone.ts';
import { digestOf, StoredKeyring } from '../../src/roles/gateway/keys/stored-keyring.ts';
import { WRITE_KEY } from './write-key.ts';

/*
 * A server in a process of its own that tells how much CPU time it has used: our gateway, with
 * nothing else in its process, or a bare handler that parses the same JSON and answers.
 */

export type Contestant = 'bare' | 'uws' | 'node-http';

export interface ContestantOrder {
  readonly contestant: Contestant;
  readonly natsUrl: string;
  readonly partitions: number;
}

/** What a contestant answers when it is asked. */
export interface CpuTold {
  /** Of the whole process since its start, µs; the garbage collector's threads are in it. */
  readonly cpuMicros: number;
}

/** What it tells when it listens. */
export interface Listening {
  readonly url: string;
}

async function startGateway(order: ContestantOrder): Promise<string> {
  const flags = new Map([
    ['nats.url', order.natsUrl],
    ['partitions', String(order.partitions)],
    ['http.port', '0'],
    ['http.engine', order.contestant],
    ['log.level', 'error'],
    ['ingest.eventsPerSecond.key', '100000000'],
    ['ingest.eventsPerSecond.address', '100000000'],
    ['ingest.eventsPerSecond.customer', '100000000'],
  ]);
  const key = { id: 'bench', kind: 'server' } as const;
  const service = await startService({
    settings: readSettings({ flags }),
    definitions: { segments: [], campaigns: [], zone: UTC },
    roles: ['gateway'],
    keyring: new StoredKeyring([{ key, digests: [digestOf(WRITE_KEY)] }]),
    signal: new AbortController().signal,
    onFailure: (error) => {
      throw error;
    },
  });
  return service.url ?? '';
}

/** As little as can be done: the body is collected, parsed, and answered. */
function startBare(): Promise<string> {
  const answer = JSON.stringify({ success: true });
  const app = uws.App();
  app.any('/*', (response) => {
    const chunks: Buffer[] = [];
    response.onAborted(() => undefined);
    response.onData((chunk, isLast) => {
      if (!isLast) return void chunks.push(Buffer.from(chunk.slice(0)));
      const last = Buffer.from(chunk);
      const body = chunks.length === 0 ? last : Buffer.concat([...chunks, last]);
      const json: unknown = JSON.parse(body.toString());
      if (typeof json !== 'object') throw new Error('the load is no JSON object');
      response.cork(() => {
        response.writeHeader('content-type', 'application/json').end(answer);
      });
    });
  });
  return new Promise((resolve) => {
    app.listen('127.0.0.1', 0, (socket) => {
      if (socket === false) throw new Error('the bare handler cannot listen');
      resolve(`http://127.0.0.1:${uws.us_socket_local_port(socket)}`);
    });
  });
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system } satisfies CpuTold);
});

process.on('disconnect', () => process.exit());

const order = JSON.parse(process.argv[2] ?? '') as ContestantOrder; // written by `bench/ingest.ts`
const url = order.contestant === 'bare' ? await startBare() : await startGateway(order);
process.send?.({ url } satisfies Listening);
