import type { PositionStore } from '../../../src/roles/ports/store.ts';
import { startRelay, type RelayOptions } from '../../../src/roles/relay/relay.ts';
import { away, type SimProcess } from '../process.ts';
import { SimLog } from '../sim-log.ts';
import { silentMetrics } from '../telling.ts';
import type { Watcher } from '../watcher.ts';
import type { World } from '../world.ts';

const RESTART_MS = 1_500;
const PATIENCE_MS = 500;
const RELAYS_MAX = 2;

/** What a relay has of the servers. */
export type RelayPorts = Pick<RelayOptions, 'log' | 'positions' | 'directory'>;

const NOBODY: Watcher = {
  onRead: () => undefined,
  onDelivered: () => undefined,
  onLoaded: () => undefined,
  onChunk: () => undefined,
};

/** The relays of a world, and what the store holds of theirs. */
export class RelayProcesses {
  readonly #world: World;
  /** Positions after each write, the newest last. */
  #written: ReadonlyMap<string, number>[] = [new Map()];
  /** Who has joined whom, as the directory knows it. */
  readonly joined = new Set<string>();
  /** Answers nobody. */
  isAway = false;
  #running: SimProcess[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  get any(): SimProcess | undefined {
    return this.#running.at(-1);
  }

  /** Starts a relay with nothing but what the servers hold; not more than two. */
  start(): void {
    if (this.#running.length >= RELAYS_MAX) return;
    const { world, process } = { world: this.#world, process: this.#process() };
    if (this.#running.length > 0) world.reached.mark('two relays ran at once');
    this.#running.push(process);
    const ports = this.#ports(process);
    startRelay({
      ...(world.bug?.relay?.(ports, world) ?? ports),
      stores: [],
      cluster: 'sim',
      boot: process.name,
      partitions: world.sites.length,
      clock: process.clock,
      logger: world.logger.of(process.name),
      metrics: silentMetrics,
      onFailure: (error) => {
        world.onBug(process, error);
        process.kill();
      },
    });
  }

  /** The store forgets the last writes; all of them when there were fewer. */
  setBack(writes: number): void {
    this.#written = this.#written.slice(0, Math.max(1, this.#written.length - writes));
  }

  /** How many writes it could forget. */
  get age(): number {
    return this.#written.length;
  }

  #process(): SimProcess {
    const { scheduler, random } = this.#world;
    return this.#world.process('relay', (ended) => {
      this.#running = this.#running.filter((process) => process !== ended);
      if (this.#running.length > 0) return;
      scheduler.after(random.between(RESTART_MS / 3, RESTART_MS), () => {
        if (this.#running.length === 0) this.start();
      });
    });
  }

  #position(name: string): number {
    return this.#written.at(-1)?.get(name) ?? 0;
  }

  #write(sequences: ReadonlyMap<string, number>): void {
    this.#written.push(new Map([...(this.#written.at(-1) ?? []), ...sequences]));
  }

  #ports(process: SimProcess): RelayPorts {
    const ask = <Result>(effect: string, act: () => Result): Promise<Result> =>
      process.call({
        effect,
        act,
        isAway: () => this.isAway,
        unanswered: () => {
          throw away('store-away');
        },
        patienceMs: PATIENCE_MS,
      });
    const positions: PositionStore = {
      position: (name) => ask('position', () => this.#position(name)),
      positions: (names) => ask('position', () => names.map((name) => this.#position(name))),
      savePosition: (name, sequence) =>
        ask('save positions', () => this.#write(new Map([[name, sequence]]))),
      savePositions: (sequences) => ask('save positions', () => this.#write(sequences)),
    };
    const directory: RelayPorts['directory'] = {
      join: (from, into) => ask('directory join', () => void this.joined.add(`${from} to ${into}`)),
    };
    return { log: new SimLog(this.#world.broker, process, NOBODY), positions, directory };
  }
}
