import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectNats, type Nats } from '../src/adapters/nats/connect.ts';
import { createLogger } from '../src/adapters/pino/logger.ts';
import { startLocalNats } from '../src/app/local/local-nats.ts';
import { systemClock } from '../src/app/system-clock.ts';
import { ensureStreams } from '../src/roles/owner/streams.ts';
import { eventsStream } from '../src/wire/subject.ts';
import type { Contestant, ContestantOrder, CpuTold, Listening } from './ingest/contestant.ts';
import type { LoadOrder, LoadTold } from './ingest/load.ts';
import { ratiosOf, showSpread, spreadOf, table } from './support/figures.ts';

/*
 * What an event costs that comes over HTTP: our gateway on both adapters, with JetStream storing,
 * against a bare handler of uWebSockets.js that parses the same JSON and answers. All run in turns,
 * round by round; a ratio is taken between figures of one round.
 *
 * Not measured: TLS, gzip, the network, NATS's own CPU time, an owner that applies the events.
 */

const PARTITIONS = 16;
const CONTESTANTS: readonly Contestant[] = ['bare', 'uws', 'node-http'];
const SIZES = [
  { eventsPerBody: 100, connections: 96 },
  { eventsPerBody: 1, connections: 64 },
];

/** For so long V8 compiles what it finds to be hot; the threads that do it are in the figures. */
const WARM_UP_SECONDS = 10;

/** The second as the program is started. */
const FLAGS = ['--enable-source-maps', '--max-semi-space-size=64'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '5' },
    /** Shorter: of this many events to a body alone. */
    size: { type: 'string', default: '' },
    /** A folder for the profiles of the contestants. */
    profile: { type: 'string', default: '' },
  },
});

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** A process of the bench that answers one question after the other. */
class Helper {
  readonly #child: ChildProcess;
  readonly #exited: Promise<never>;

  constructor(name: string, args: readonly string[] = [], flags: readonly string[] = []) {
    const file = fileURLToPath(new URL(`ingest/${name}.js`, import.meta.url));
    this.#child = fork(file, args, { execArgv: [...FLAGS, ...flags] });
    this.#exited = once(this.#child, 'exit').then(() => {
      throw new Error(`${name} ${args.join(' ')} has ended`);
    });
    this.#exited.catch(() => undefined);
  }

  /** The caller knows what the helper tells. */
  async told<Told>(): Promise<Told> {
    const [message]: unknown[] = await Promise.race([once(this.#child, 'message'), this.#exited]);
    return message as Told;
  }

  ask<Told>(question: object): Promise<Told> {
    const answer = this.told<Told>();
    this.#child.send(question);
    return answer;
  }

  async end(): Promise<void> {
    this.#child.disconnect();
    await this.#exited.catch(() => undefined);
  }
}

interface Racer {
  readonly contestant: Contestant;
  readonly helper: Helper;
  readonly url: string;
}

interface Figures extends LoadTold {
  /** µs of CPU for one event. */
  readonly cost: number;
}

async function race(racer: Racer, load: Helper, order: Omit<LoadOrder, 'url'>): Promise<Figures> {
  const before = await racer.helper.ask<CpuTold>({});
  const told = await load.ask<LoadTold>({ ...order, url: racer.url });
  const after = await racer.helper.ask<CpuTold>({});
  if (told.failed > 0) throw new Error(`${racer.contestant}: ${told.failed} requests failed`);
  const cost = (after.cpuMicros - before.cpuMicros) / (told.requests * order.eventsPerBody);
  return { ...told, cost };
}

/** So that the disk does not fill. */
async function emptyLogs({ log }: Nats): Promise<number> {
  let stored = 0;
  for (let p = 0; p < PARTITIONS; p++) {
    const end = await log.lastSequence(eventsStream(p));
    stored += end;
    await log.trim(eventsStream(p), end + 1);
  }
  return stored;
}

async function startRacer(contestant: Contestant, natsUrl: string): Promise<Racer> {
  const order: ContestantOrder = { contestant, natsUrl, partitions: PARTITIONS };
  const flags =
    values.profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}/${contestant}`];
  const helper = new Helper('contestant', [JSON.stringify(order)], flags);
  const { url } = await helper.told<Listening>();
  return { contestant, helper, url };
}

function report(eventsPerBody: number, figures: ReadonlyMap<Contestant, readonly Figures[]>): void {
  const bare = (figures.get('bare') ?? []).map(({ cost }) => cost);
  const rows = [...figures].map(([contestant, rounds]) => {
    const costs = rounds.map(({ cost }) => cost);
    const perSecond = spreadOf(rounds.map(({ requests, seconds }) => requests / seconds)).median;
    const p50 = spreadOf(rounds.map(({ latencyMs }) => latencyMs.p50)).median;
    const p99 = spreadOf(rounds.map(({ latencyMs }) => latencyMs.p99)).median;
    return [
      contestant,
      perSecond.toFixed(0),
      (perSecond * eventsPerBody).toFixed(0),
      showSpread(spreadOf(costs)),
      showSpread(ratiosOf(costs, bare)),
      `${p50} / ${p99}`,
    ];
  });
  const head = ['', 'requests/s', 'events/s', 'CPU µs an event', '÷ bare', 'ms p50 / p99'];
  say(`\n${eventsPerBody} events a request\n`);
  say(table(head, rows));
}

const nats = await startLocalNats();
const logger = createLogger('error', { role: 'bench' });
const link = await connectNats(
  { servers: [nats.url], name: 'bench' },
  { clock: systemClock, logger },
);
await ensureStreams(
  link.log,
  Array.from({ length: PARTITIONS }, (_, partition) => partition),
);
const load = new Helper('load');
await load.told();
const racers = await Promise.all(CONTESTANTS.map((contestant) => startRacer(contestant, nats.url)));

for (const size of SIZES) {
  if (values.size !== '' && Number(values.size) !== size.eventsPerBody) continue;
  const seconds = Number(values.seconds);
  const figures = new Map(CONTESTANTS.map((contestant) => [contestant, [] as Figures[]]));
  for (const racer of racers) await race(racer, load, { ...size, seconds: WARM_UP_SECONDS });
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const racer of racers) {
      figures.get(racer.contestant)?.push(await race(racer, load, { ...size, seconds }));
      await emptyLogs(link);
    }
  }
  report(size.eventsPerBody, figures);
}

for (const { helper } of racers) await helper.end();
await load.end();
await link.close();
await nats.stop();
