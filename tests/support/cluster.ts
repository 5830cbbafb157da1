import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { freePort } from '../../src/app/local/loopback.ts';
import { projectPath } from '../../src/app/root.ts';
import { Publisher } from '../../src/app/send/publisher.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import type { Query } from '../../src/wire/questions/query.ts';
import { querySubject } from '../../src/wire/subject.ts';
import { writeKeys, type TestKeys } from './keys.ts';
import { LiveCounts } from './live.ts';
import { Program, runProgram, type Finished } from './program.ts';
import { startNats, startRedis, type RunningServer } from './servers.ts';
import { eventually, RecordingLogger, systemClock } from './world.ts';

export interface ClusterOptions {
  readonly partitions: number;
  /** The text of each segment's file, by id. */
  readonly segments: Readonly<Record<string, string>>;
  /** And of each campaign's; without it the course letter, as it ships. */
  readonly campaigns?: Readonly<Record<string, string>> | undefined;
  /** Whether letters bear links that lead to this Shoal. */
  readonly hasLinks?: boolean;
  /** What `publish` says of when an event is sent; without it the machine's clock. */
  readonly sentAt?: () => number;
  /** On top of the addresses, in the form `key=value`. */
  readonly settings?: readonly string[];
}

const KEYS_FILE = 'keys.yaml';

/** Real servers with one Shoal on them, which can be stopped, killed and started again. */
export class Cluster {
  readonly nats: RunningServer;
  readonly redis: RunningServer;
  /** Where segments lie, and what a test needs to write. */
  readonly folder: string;
  readonly url: string;
  readonly link: Nats;
  readonly partitions: number;
  /** Secrets of a server key and of a public one. */
  readonly keys: TestKeys;
  readonly #flags: readonly string[];
  readonly #publisher: Publisher;
  #program: Program | undefined;
  #live: LiveCounts | undefined;

  static async start(options: ClusterOptions): Promise<Cluster> {
    const [nats, redis] = await Promise.all([startNats(), startRedis()]);
    const world = { clock: systemClock, logger: new RecordingLogger() };
    const link = await connectNats({ servers: [nats.url], name: 'test' }, world);
    const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
    const keys = await writeKeys(join(folder, KEYS_FILE));
    const place = { nats, redis, link, folder, keys, port: await freePort() };
    const cluster = new Cluster(place, options);
    await cluster.define(options.segments);
    await cluster.defineCampaigns(options.campaigns ?? (await courseLetter()));
    return cluster;
  }

  private constructor(
    place: Pick<Cluster, 'nats' | 'redis' | 'link' | 'folder' | 'keys'> & { readonly port: number },
    { partitions, hasLinks = false, sentAt, settings = [] }: ClusterOptions,
  ) {
    this.nats = place.nats;
    this.redis = place.redis;
    this.link = place.link;
    this.folder = place.folder;
    this.keys = place.keys;
    this.partitions = partitions;
    this.url = `http://127.0.0.1:${place.port}`;
    const all = [
      `nats.url=${this.nats.url}`,
      `redis.url=${this.redis.url}`,
      `http.port=${place.port}`,
      `partitions=${partitions}`,
      `files.keys=${join(this.folder, KEYS_FILE)}`,
      `folders.segments=${this.segmentsFolder}`,
      `folders.campaigns=${this.campaignsFolder}`,
      ...(hasLinks ? [`mail.publicUrl=${this.url}`, `mail.secret=${randomUUID()}`] : []),
      ...settings,
    ];
    this.#flags = all.flatMap((pair) => ['--set', pair]);
    const producer = `test-${randomUUID()}`;
    this.#publisher = new Publisher({
      ...{ log: this.link.log, clock: systemClock, partitions, producer },
      sentAt: sentAt ?? (() => systemClock.now()),
    });
  }

  get segmentsFolder(): string {
    return join(this.folder, 'segments');
  }

  get campaignsFolder(): string {
    return join(this.folder, 'campaigns');
  }

  /** Writes the folder of segments anew. */
  define(segments: Readonly<Record<string, string>>): Promise<void> {
    return writeAnew(this.segmentsFolder, segments);
  }

  /** Writes the folder of campaigns anew. */
  defineCampaigns(campaigns: Readonly<Record<string, string>>): Promise<void> {
    return writeAnew(this.campaignsFolder, campaigns);
  }

  /** Starts Shoal and waits until its live feed is whole. */
  async up(): Promise<Program> {
    const program = this.launch();
    await this.ready();
    return program;
  }

  /** Starts Shoal and waits for nothing. @param more flags */
  launch(...more: readonly string[]): Program {
    this.#program = new Program(['start', ...this.#flags, ...more]);
    return this.#program;
  }

  async ready(): Promise<void> {
    await eventually('Shoal is ready', async () => {
      if (this.program.hasExited) throw new Error(`Shoal has ended:\n${this.program.stderr}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    });
    this.#live = await LiveCounts.open(this.url);
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error('Shoal was not started');
    return this.#program;
  }

  get live(): LiveCounts {
    if (this.#live === undefined) throw new Error('Shoal was not started');
    return this.#live;
  }

  /** Ends Shoal. @returns its exit status, null after SIGKILL */
  async down(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#live?.close();
    this.program.signal(signal);
    return this.program.exited;
  }

  /** Kills Shoal and both servers, and starts them again with what lies on their disks. */
  async killAll(): Promise<void> {
    await Promise.all([this.down('SIGKILL'), this.nats.kill(), this.redis.kill()]);
    await Promise.all([this.nats.restart(), this.redis.restart()]);
    await this.up();
    await eventually('its owners answer us', async () =>
      this.statuses().then(
        () => true,
        () => false,
      ),
    );
  }

  /** Ends everything and leaves nothing. */
  async end(): Promise<void> {
    if (this.#program?.hasExited === false) await this.down('SIGKILL');
    await this.link.close();
    await Promise.all([this.nats.stop(), this.redis.stop()]);
    await rm(this.folder, { recursive: true });
  }

  /** Runs a command on these servers, to its end. */
  run(args: readonly string[]): Promise<Finished> {
    return runProgram([...args, ...this.#flags]);
  }

  /** `shoal send` of a zipped file of these lines. @returns what it printed */
  async sendFile(lines: readonly string[]): Promise<string> {
    const file = join(this.folder, `${randomUUID()}.ndjson.gz`);
    await writeFile(file, gzipSync(lines.map((line) => `${line}\n`).join('')));
    const sent = await runProgram(['send', file, ...this.#flags]);
    if (sent.status !== 0) throw new Error(`shoal send failed:\n${sent.stderr}`);
    return sent.stdout;
  }

  /** Publishes events; resolves when they are stored, also when NATS is away for a while. */
  async publish(events: readonly CustomerEvent[]): Promise<void> {
    for (const event of events) await this.#publisher.add(event);
    await this.#publisher.flush();
  }

  /** Moves the senders' time, and waits until every partition has got there. */
  async tick(at: number): Promise<void> {
    await this.#publisher.tick(at);
    await eventually(`stream time is ${new Date(at).toISOString()}`, async () =>
      (await this.statuses()).every(({ atMs }) => atMs === at),
    );
  }

  /** What the owners say, partition by partition. */
  async statuses(): Promise<PartitionStatus[]> {
    const question = Buffer.from(JSON.stringify({ type: 'status' } satisfies Query));
    const partitions = Array.from({ length: this.partitions }, (_, partition) => partition);
    return Promise.all(
      partitions.map(async (partition) => {
        const answer = await this.link.bus.request(querySubject(partition), question, 5_000);
        return JSON.parse(Buffer.from(answer).toString()) as PartitionStatus; // what `status` answers
      }),
    );
  }

  /** The sum of a figure's samples that bear these labels, from `/metrics`. */
  async figure(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
}

async function writeAnew(folder: string, texts: Readonly<Record<string, string>>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const [id, text] of Object.entries(texts)) {
    await writeFile(join(folder, `${id}.yaml`), text);
  }
}

async function courseLetter(): Promise<Record<string, string>> {
  const id = 'course-welcome';
  return { [id]: await readFile(projectPath(`config/campaigns/${id}.yaml`), 'utf8') };
}
