import { ShoalError } from '../../src/base/error.ts';
import { sha256 } from '../../src/roles/owner/checkpoint/chunks.ts';
import { startOwner, type Owner } from '../../src/roles/owner/owner.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import { decodeManifest } from '../../src/wire/checkpoint.ts';
import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { decodeRecord, type RecordKind } from '../../src/wire/transition-record.ts';
import { memoryErasing } from '../support/erasing.ts';
import { MemoryBus } from '../support/memory-bus.ts';
import { MemorySeenStore } from '../support/seen-store.ts';
import type { OwnerPorts } from './bug.ts';
import type { Gateway } from './gateway.ts';
import { Judge } from './judge.ts';
import { Lineages } from './lineage.ts';
import type { SimProcess } from './process.ts';
import { Shelf } from './shelf.ts';
import { SimLog } from './sim-log.ts';
import { SimStore } from './sim-store.ts';
import { silentMetrics } from './telling.ts';
import { Truth } from './truth.ts';
import type { Watcher } from './watcher.ts';
import type { World } from './world.ts';

const CHECKPOINT_EVERY_MS = 4_000;
const HOUSES_MAX = 3;
const RESTART_MS = 1_500;
const UPLOAD_BYTES_PER_SECOND_MAX = 20_000_000;
const RETENTION_EVERY_MS = 5_000;

const RECORDS_REACHED: Partial<Record<RecordKind, string>> = {
  rebase: 'an owner went on with another log',
  rebuild: 'an owner went on from a log alone',
  gap: 'an owner went on behind a gap',
};

/** An owner in a process of its own. */
export interface House {
  readonly process: SimProcess;
  readonly owner: Owner;
  readonly bus: MemoryBus;
}

/**
 * One partition of a world: its owners, its store, who sends to it and who looks at it. When no
 * process is left, a supervisor starts another one.
 */
export class Site {
  readonly world: World;
  readonly partition: number;
  readonly truth: Truth;
  readonly lineages: Lineages;
  readonly judge: Judge;
  readonly shelf: Shelf;
  readonly gateways: Gateway[] = [];
  houses: House[] = [];
  /** What the operator has accepted after a look at what is missing. */
  acceptGap = false;
  /** It has stopped for good, and rightly. */
  hasHalted = false;
  /** Loses nothing and never fails: nothing hangs on it. */
  readonly #seen = new MemorySeenStore();
  readonly #erasing = memoryErasing();
  readonly #ended = new Set<string>();
  readonly #alarmAts: number[] = [];
  #isSupervised = true;

  /** @param isLossy the log may lose what it had acknowledged */
  constructor(world: World, partition: number, isLossy: boolean) {
    this.world = world;
    this.partition = partition;
    this.truth = new Truth(world.engine);
    this.lineages = new Lineages(world.engine);
    this.judge = new Judge(isLossy ? undefined : this.truth, world.violations);
    this.shelf = new Shelf(
      () => world.scheduler.now,
      (commit, how, by) => {
        if (how === 'repeated') return world.reached.mark('a commit was repeated under its id');
        if (how === 'mistaken') return this.judge.say(`${by} uses the id of a commit again`);
        this.judge.onCommitted(commit, by, this.shelf);
        this.lineages.onCommitted(by, commit.manifest);
      },
    );
  }

  /** One more, beside those that run: not more than there are machines. */
  startOther(): void {
    if (this.houses.length < HOUSES_MAX && !this.hasHalted) this.startOwner();
  }

  /** What has been lost, somebody has known: an error must say so. */
  expectAlarm(): void {
    this.#alarmAts.push(this.world.now);
  }

  /** Those who have known have forgotten, too. */
  forgetAlarms(): void {
    this.#alarmAts.length = 0;
  }

  get missesAlarm(): boolean {
    const alarms = this.world.logger.lines.filter(({ level }) => level === 'error');
    return this.#alarmAts.some((alarmAt) => !alarms.some(({ at }) => at >= alarmAt));
  }

  /** The one that runs the partition, or may do so next. */
  get house(): House | undefined {
    return this.houses.find(({ owner }) => owner.isLive()) ?? this.houses.at(-1);
  }

  /** Starts an owner with nothing but what the servers hold. */
  startOwner(): House {
    const { world, partition } = this;
    const process = world.process('boot', (ended) => this.#onEnd(ended));
    const { name } = process;
    const bus = new MemoryBus();
    const ports = { ...this.#ports(process), seen: this.#seen, metrics: silentMetrics };
    const house = {
      process,
      bus,
      owner: startOwner(
        {
          ...ports,
          erasing: this.#erasing,
          bus,
          clock: process.clock,
          logger: world.logger.of(name),
        },
        {
          partitions: [partition],
          boot: name,
          holder: name,
          isGone: (holder) => world.seesEnds && this.#ended.has(holder),
          engine: world.engine,
          privateAttributes: new Set(),
          definitions: world.definitions,
          checkpointEveryMs: CHECKPOINT_EVERY_MS,
          uploadBytesPerSecondMax: UPLOAD_BYTES_PER_SECOND_MAX,
          historyMs: world.historyMs,
          transitionsHistoryMs: world.historyMs,
          erasureEveryMs: CHECKPOINT_EVERY_MS,
          forgottenNoticeMs: 0,
          retentionEveryMs: RETENTION_EVERY_MS,
          acceptGap: this.acceptGap,
          onFailure: (error) => this.#onFailure(process, error),
        },
      ),
    };
    if (this.houses.length > 0) world.reached.mark('two owners ran at once');
    this.houses.push(house);
    return house;
  }

  /** Restarts what ends from now on, or not. */
  supervise(isOn: boolean): void {
    this.#isSupervised = isOn;
  }

  onEvents(message: StoredMessage): void {
    this.truth.onMessage(message);
  }

  onTransitions(message: StoredMessage, by: string): void {
    const { reached } = this.world;
    const record = decodeRecord(message.body);
    const what = RECORDS_REACHED[record.kind];
    if (what !== undefined) reached.mark(what);
    this.judge.onTransitions(message, by);
    if (this.lineages.onRecord(by, record)) {
      reached.mark('lost transitions were published again');
    }
  }

  #ports(process: SimProcess): OwnerPorts {
    const { broker, bug } = this.world;
    const store = new SimStore(this.shelf, process, this.#watcher);
    const log = new SimLog(broker, process, this.#watcher);
    const ports = { log, checkpoints: store, leases: store, suspects: store };
    return bug?.wrap?.(ports, { site: this, process }) ?? ports;
  }

  readonly #watcher: Watcher = {
    onRead: (by, _stream, fromSequence, isOwn) => {
      if (!isOwn) return;
      this.#onResume(fromSequence);
      const { now, definitions } = this.world;
      this.lineages.onBegin(by, fromSequence, now, definitions);
    },
    onDelivered: (by, stream, messages) =>
      this.lineages.onDelivered(by, messages, this.world.broker.stream(stream).messages),
    onLoaded: (by, checkpoint) => this.lineages.onLoad(by, checkpoint),
    onChunk: (by, hash, bytes) => {
      if (bytes !== undefined && sha256(bytes) === hash) this.lineages.onChunk(by, hash);
    },
  };

  /** An owner begins to read, behind what it has loaded. */
  #onResume(fromSequence: number): void {
    const { checkpoint } = this.shelf;
    const { reached } = this.world;
    if (this.judge.n === 0) return;
    if (fromSequence === 1) reached.mark('the whole log was replayed');
    if (checkpoint === undefined) return;
    const { sequence, n } = decodeManifest(checkpoint.manifest);
    if (n < this.judge.n) reached.mark('a replay held back numbers');
    if (fromSequence > 1 && fromSequence <= sequence) {
      reached.mark('an older manifest was loaded');
    }
  }

  #onFailure(process: SimProcess, error: unknown): void {
    if (error instanceof ShoalError) this.#onStopped(process, error);
    else this.world.onBug(process, error);
    process.kill();
  }

  #onStopped({ name }: SimProcess, { code, message }: ShoalError): void {
    const { reached, accepted, halting } = this.world;
    if (code === 'fenced') return;
    reached.mark(`a partition stopped: ${code}`);
    if (accepted.has(code)) this.acceptGap = true;
    else if (halting.has(code)) this.hasHalted = true;
    else this.judge.say(`${name} has stopped: ${code}: ${message}`);
  }

  #onEnd(process: SimProcess): void {
    const { scheduler, random } = this.world;
    this.#ended.add(process.name);
    this.houses = this.houses.filter((house) => house.process !== process);
    if (!this.#isSupervised) return;
    scheduler.after(random.between(RESTART_MS / 3, RESTART_MS), () => {
      if (this.houses.length === 0 && this.#isSupervised && !this.hasHalted) this.startOwner();
    });
  }

  get eventsStream(): string {
    return eventsStream(this.partition);
  }

  get transitionsStream(): string {
    return transitionsStream(this.partition);
  }
}
