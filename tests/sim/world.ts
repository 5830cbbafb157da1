import { ShoalError } from '../../src/base/error.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { startOwner, type Owner } from '../../src/roles/owner/owner.ts';
import { sha256 } from '../../src/roles/owner/checkpoint/chunks.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import { decodeManifest } from '../../src/wire/checkpoint.ts';
import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { decodeRecord, type RecordKind } from '../../src/wire/transition-record.ts';
import { MemoryBus } from '../support/memory-bus.ts';
import { Broker, type Stream } from './broker.ts';
import type { Bug, OwnerPorts } from './bug.ts';
import { DEFINITIONS } from './definitions.ts';
import { Fates } from './fate.ts';
import { Gateway } from './gateway.ts';
import { Judge } from './judge.ts';
import { Lineages } from './lineage.ts';
import { silentMetrics, SimLogger } from './telling.ts';
import { SimProcess } from './process.ts';
import type { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { Shelf } from './shelf.ts';
import { SimLog } from './sim-log.ts';
import { SimStore } from './sim-store.ts';
import { Reached } from './sometimes.ts';
import { Truth } from './truth.ts';
import type { Watcher } from './watcher.ts';

export const PARTITION = 0;
const START_AT = Date.parse('2026-03-01T12:00:00Z');
const CHECKPOINT_EVERY_MS = 4_000;
const HOUSES_MAX = 3;
const RESTART_MS = 1_500;
const UPLOAD_BYTES_PER_SECOND_MAX = 20_000_000;
const RETENTION_EVERY_MS = 5_000;
const HISTORY_MS = 86_400_000;

const RECORDS_REACHED: Partial<Record<RecordKind, string>> = {
  rebase: 'an owner went on with another log',
  rebuild: 'an owner went on from a log alone',
  gap: 'an owner went on behind a gap',
};

export const ENGINE: PartitionSettings = {
  clock: 'broker',
  graceMs: 1_000,
  dedupWindowMs: 600_000,
  dedupIdsMax: 10_000,
  partitions: 1,
};

/** An owner in a process of its own. */
export interface House {
  readonly process: SimProcess;
  readonly owner: Owner;
  readonly bus: MemoryBus;
}

/**
 * The servers, the processes and who sends: all that one seed decides. When no process is left, a
 * supervisor starts another one.
 */
export class World {
  readonly random: Random;
  readonly scheduler = new Scheduler(START_AT);
  readonly reached = new Reached();
  readonly fates = new Fates();
  readonly truth = new Truth(ENGINE);
  readonly lineages = new Lineages(ENGINE);
  readonly judge: Judge;
  readonly broker: Broker;
  readonly shelf: Shelf;
  readonly gateways: Gateway[] = [];
  readonly logger: SimLogger;
  houses: House[] = [];
  /** Codes of stops that what has been lost explains, and an operator lets pass. */
  readonly accepted = new Set<string>();
  /** Codes of stops that what has been changed explains. */
  readonly halting = new Set<string>();
  definitions: Definitions = DEFINITIONS;
  historyMs = HISTORY_MS;
  readonly #bug: Bug | undefined;
  /** What the operator has accepted after a look at what is missing. */
  acceptGap = false;
  /** It has stopped for good, and rightly. */
  hasHalted = false;
  /** Processes share a machine, so that each sees when another has ended. */
  readonly #seesEnds: boolean;
  readonly #ended = new Set<string>();
  readonly #alarmAts: number[] = [];
  #boots = 0;
  #isSupervised = true;

  /** @param isLossy the log may lose what it had acknowledged */
  constructor(random: Random, isLossy: boolean, bug: Bug | undefined) {
    this.random = random;
    this.#seesEnds = random.chance(0.5);
    this.#bug = bug;
    this.judge = new Judge(isLossy ? undefined : this.truth);
    this.logger = new SimLogger(
      () => this.scheduler.now,
      (code) => this.reached.mark(`an error said: ${code}`),
    );
    this.broker = new Broker(
      () => Math.floor(this.scheduler.now),
      (stream, message, by) => this.#onStored(stream, message, by),
    );
    this.shelf = new Shelf(
      () => this.scheduler.now,
      (commit, how, by) => {
        if (how === 'repeated') return this.reached.mark('a commit was repeated under its id');
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
    this.#alarmAts.push(this.scheduler.now);
  }

  /** Those who have known have forgotten, too. */
  forgetAlarms(): void {
    this.#alarmAts.length = 0;
  }

  get missesAlarm(): boolean {
    const alarms = this.logger.lines.filter(({ level }) => level === 'error');
    return this.#alarmAts.some((alarmAt) => !alarms.some(({ at }) => at >= alarmAt));
  }

  get now(): number {
    return this.scheduler.now;
  }

  /** The one that runs the partition, or may do so next. */
  get house(): House | undefined {
    return this.houses.find(({ owner }) => owner.isLive()) ?? this.houses.at(-1);
  }

  startGateways(count: number): void {
    const { scheduler, broker, reached } = this;
    const place = { scheduler, broker, reached, partition: PARTITION };
    for (let i = 1; i <= count; i++) {
      this.gateways.push(new Gateway(place, `gateway-${i}`, this.random.fork()));
    }
  }

  /** Starts an owner with nothing but what the servers hold. */
  startOwner(): House {
    const name = `boot-${++this.#boots}`;
    const { scheduler, fates, reached, logger } = this;
    const place = { scheduler, random: this.random.fork(), fates, reached };
    const process = new SimProcess(name, place, () => this.#onEnd(process));
    const bus = new MemoryBus();
    const ports = this.#ports(process);
    const house = {
      process,
      bus,
      owner: startOwner(
        { ...ports, bus, clock: process.clock, logger: logger.of(name), metrics: silentMetrics },
        {
          partitions: [PARTITION],
          boot: name,
          holder: name,
          isGone: (holder) => this.#seesEnds && this.#ended.has(holder),
          engine: ENGINE,
          definitions: this.definitions,
          checkpointEveryMs: CHECKPOINT_EVERY_MS,
          uploadBytesPerSecondMax: UPLOAD_BYTES_PER_SECOND_MAX,
          historyMs: this.historyMs,
          retentionEveryMs: RETENTION_EVERY_MS,
          acceptGap: this.acceptGap,
          onFailure: (error) => this.#onFailure(process, error),
        },
      ),
    };
    if (this.houses.length > 0) this.reached.mark('two owners ran at once');
    this.houses.push(house);
    return house;
  }

  /** Restarts what ends from now on, or not. */
  supervise(isOn: boolean): void {
    this.#isSupervised = isOn;
  }

  #ports(process: SimProcess): OwnerPorts {
    const store = new SimStore(this.shelf, process, this.#watcher);
    const log = new SimLog(this.broker, process, this.#watcher);
    const ports = { log, checkpoints: store, leases: store, suspects: store };
    return this.#bug?.wrap?.(ports, { world: this, process }) ?? ports;
  }

  readonly #watcher: Watcher = {
    onRead: (by, _stream, fromSequence, isOwn) => {
      if (!isOwn) return;
      this.#onResume(fromSequence);
      this.lineages.onBegin(by, fromSequence, this.now, this.definitions);
    },
    onDelivered: (by, stream, messages) =>
      this.lineages.onDelivered(by, messages, this.broker.stream(stream).messages),
    onLoaded: (by, checkpoint) => this.lineages.onLoad(by, checkpoint),
    onChunk: (by, hash, bytes) => {
      if (bytes !== undefined && sha256(bytes) === hash) this.lineages.onChunk(by, hash);
    },
  };

  /** An owner begins to read, behind what it has loaded. */
  #onResume(fromSequence: number): void {
    const { checkpoint } = this.shelf;
    if (this.judge.n === 0) return;
    if (fromSequence === 1) this.reached.mark('the whole log was replayed');
    if (checkpoint === undefined) return;
    const { sequence, n } = decodeManifest(checkpoint.manifest);
    if (n < this.judge.n) this.reached.mark('a replay held back numbers');
    if (fromSequence > 1 && fromSequence <= sequence) {
      this.reached.mark('an older manifest was loaded');
    }
  }

  #onStored(stream: Stream, message: StoredMessage, by: string): void {
    const { name } = stream.settings;
    if (name === eventsStream(PARTITION)) this.truth.onMessage(message);
    if (name !== transitionsStream(PARTITION)) return;
    const record = decodeRecord(message.body);
    const what = RECORDS_REACHED[record.kind];
    if (what !== undefined) this.reached.mark(what);
    this.judge.onTransitions(message, by);
    if (this.lineages.onRecord(by, record)) {
      this.reached.mark('lost transitions were published again');
    }
  }

  #onFailure(process: SimProcess, error: unknown): void {
    if (error instanceof ShoalError) this.#onStopped(process, error);
    else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.judge.say(`${process.name} has a bug: ${text}`);
    }
    process.kill();
  }

  #onStopped({ name }: SimProcess, { code, message }: ShoalError): void {
    if (code === 'fenced') return;
    this.reached.mark(`a partition stopped: ${code}`);
    if (this.accepted.has(code)) this.acceptGap = true;
    else if (this.halting.has(code)) this.hasHalted = true;
    else this.judge.say(`${name} has stopped: ${code}: ${message}`);
  }

  #onEnd(process: SimProcess): void {
    this.#ended.add(process.name);
    this.houses = this.houses.filter((house) => house.process !== process);
    if (!this.#isSupervised) return;
    this.scheduler.after(this.random.between(RESTART_MS / 3, RESTART_MS), () => {
      if (this.houses.length === 0 && this.#isSupervised && !this.hasHalted) this.startOwner();
    });
  }
}
