import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalServer } from '../../src/app/local/local-server.ts';
import { projectPath } from '../../src/app/root.ts';
import { startNats, startRedis } from '../support/servers.ts';
import { Detour } from './detour.ts';
import { EngineLives, type Life } from './engine-lives.ts';
import type { Step } from './plan.ts';
import { SEGMENTS } from './segments.ts';

/** A while after a server is back its clients are not. */
const AFTERMATH_MS = 1_000;

interface Outage {
  readonly from: number;
  readonly to: number;
}

export interface HouseOptions {
  readonly partitions: number;
  readonly checkpointEvery: string;
  /** Keeps data and logs; without it they go with the house. */
  readonly folder?: string | undefined;
}

/** Real servers and one engine on them, each of which can be killed and comes back. */
export class House {
  readonly nats: LocalServer;
  readonly redis: LocalServer;
  readonly engine: EngineLives;
  readonly kills = { engine: 0, nats: 0, redis: 0, connection: 0, emptied: 0 };
  /** The engine's way to NATS. */
  readonly #detour: Detour;
  readonly #folder: string;
  readonly #isKept: boolean;
  readonly #outages: Outage[] = [];
  /** One kill of each at a time. */
  readonly #turns = new Map<string, Promise<void>>();

  static async open(options: HouseOptions): Promise<House> {
    const { folder: given } = options;
    const folder = given ?? (await mkdtemp(join(tmpdir(), 'shoal-soak-')));
    const segments = join(folder, 'segments');
    await mkdir(folder, { recursive: true });
    // Fails where a soak has been before: its log would be read as ours.
    await mkdir(segments);
    for (const [id, text] of Object.entries(SEGMENTS))
      await writeFile(join(segments, `${id}.yaml`), `${text}\n`);
    // The other campaigns that ship are about segments that a soak has not.
    const letter = 'campaigns/course-welcome.yaml';
    await mkdir(join(folder, 'campaigns'));
    await copyFile(projectPath(`config/${letter}`), join(folder, letter));
    const place = (name: string): { dataFolder?: string } =>
      given === undefined ? {} : { dataFolder: join(given, name) };
    const [nats, redis] = await Promise.all([startNats(place('nats')), startRedis(place('redis'))]);
    const detour = await Detour.to(nats.port);
    return new House({ nats, redis, detour }, folder, options);
  }

  private constructor(
    servers: Pick<House, 'nats' | 'redis'> & { readonly detour: Detour },
    folder: string,
    { partitions, checkpointEvery, folder: given }: HouseOptions,
  ) {
    this.nats = servers.nats;
    this.redis = servers.redis;
    this.#detour = servers.detour;
    this.#folder = folder;
    this.#isKept = given !== undefined;
    const flags = [
      `nats.url=nats://127.0.0.1:${this.#detour.port}`,
      `redis.url=${this.redis.url}`,
      `partitions=${partitions}`,
      `folders.segments=${join(folder, 'segments')}`,
      `folders.campaigns=${join(folder, 'campaigns')}`,
      `checkpoint.interval=${checkpointEvery}`,
    ].flatMap((pair) => ['--set', pair]);
    const place = { folder, isKept: this.#isKept };
    this.engine = new EngineLives(place, flags, partitions);
  }

  /** Kills what a step says, and resolves when it is back. Failures end the soak. */
  async strike({ strike, awayMs }: Step, cutProducer: () => boolean): Promise<void> {
    const engine = (): Promise<void> => this.#turn('engine', () => this.#killEngine(awayMs.engine));
    const nats = (): Promise<void> => this.#turn('nats', () => this.#killNats(awayMs.nats));
    const redis = (isEmptied: boolean): Promise<void> =>
      this.#turn('redis', () => this.#killRedis(awayMs.redis, isEmptied));
    switch (strike) {
      case 'engine':
        return engine();
      case 'nats':
        return nats();
      case 'redis':
        return redis(false);
      case 'connection':
        return this.#cut(cutProducer);
      case 'emptied':
        return redis(true);
      case 'rebuild':
        await Promise.all([engine(), redis(true)]);
        return;
      case 'all':
        await Promise.all([engine(), nats(), redis(false)]);
    }
  }

  /** Kills the engine once more, with both servers there. */
  killEngine(): Promise<void> {
    return this.#turn('engine', () => this.#killEngine(0));
  }

  /** Whether both servers were there from the start of a life until it was live. */
  wasUndisturbed({ startedAt, liveAt = Infinity }: Life): boolean {
    return this.#outages.every(({ from, to }) => to + AFTERMATH_MS < startedAt || from > liveAt);
  }

  async close(): Promise<void> {
    await this.engine.end('KILL');
    await Promise.all([this.#detour.close(), this.nats.stop(), this.redis.stop()]);
    if (!this.#isKept) await rm(this.#folder, { recursive: true });
  }

  async #turn(name: string, kill: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(kill);
    this.#turns.set(name, turn);
    await turn;
  }

  #cut(cutProducer: () => boolean): void {
    if (cutProducer()) this.kills.connection++;
    if (this.#detour.cutBehindNext() > 0) this.kills.connection++;
    this.#outages.push({ from: Date.now(), to: Date.now() });
  }

  async #killEngine(awayMs: number): Promise<void> {
    this.kills.engine++;
    await this.engine.end('KILL');
    await sleep(awayMs);
    await this.engine.start();
  }

  async #killNats(awayMs: number): Promise<void> {
    this.kills.nats++;
    const from = Date.now();
    await this.nats.kill();
    await sleep(awayMs);
    await this.nats.restart();
    this.#outages.push({ from, to: Date.now() });
  }

  async #killRedis(awayMs: number, isEmptied: boolean): Promise<void> {
    this.kills.redis++;
    const from = Date.now();
    await this.redis.kill();
    if (isEmptied) {
      this.kills.emptied++;
      await rm(join(this.redis.dataFolder, 'appendonlydir'), { recursive: true });
    }
    await sleep(awayMs);
    await this.redis.restart();
    this.#outages.push({ from, to: Date.now() });
  }
}
