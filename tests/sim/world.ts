import type { Definitions } from '../../src/compile/definitions.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import { Broker, type Stream } from './broker.ts';
import type { Bug } from './bug.ts';
import { DEFINITIONS } from './definitions.ts';
import { Joining } from './joins/joining.ts';
import { JOIN_DEFINITIONS, PARTITIONS, travelEvents } from './joins/people.ts';
import { Fates } from './fate.ts';
import { Gateway } from './gateway.ts';
import { shopEvent, SHOPPERS } from './shop.ts';
import { SimProcess } from './process.ts';
import type { Trouble } from './plan.ts';
import { TRIGGERS_STREAM } from '../../src/wire/subject.ts';
import type { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { Site } from './site.ts';
import { Reached } from './sometimes.ts';
import { SimLogger } from './telling.ts';

const START_AT = Date.parse('2026-03-01T12:00:00Z');
const HISTORY_MS = 86_400_000;
/** Of one partition; where there are several, one each. */
const GATEWAYS = 2;

const ENGINE: Omit<PartitionSettings, 'partitions'> = {
  clock: 'broker',
  graceMs: 1_000,
  dedupWindowMs: 600_000,
  dedupIdsMax: 10_000,
};

/** The servers, the processes and who sends: all that one seed decides. */
export class World {
  readonly random: Random;
  readonly scheduler = new Scheduler(START_AT);
  readonly reached = new Reached();
  readonly fates = new Fates();
  readonly broker: Broker;
  readonly logger: SimLogger;
  readonly engine: PartitionSettings;
  readonly sites: readonly Site[];
  /** What should not be. */
  readonly violations: string[] = [];
  /** Codes of stops that what has been lost explains, and an operator lets pass. */
  readonly accepted = new Set<string>();
  /** Codes of stops that what has been changed explains. */
  readonly halting = new Set<string>();
  /** Where customers join over partitions. */
  readonly joining: Joining | undefined;
  definitions: Definitions;
  historyMs = HISTORY_MS;
  readonly bug: Bug | undefined;
  /** Processes share a machine, so that each sees when another has ended. */
  readonly seesEnds: boolean;
  readonly #boots = new Map<string, number>();

  constructor(random: Random, trouble: Trouble, bug: Bug | undefined) {
    const hasJoins = trouble === 'joins';
    const partitions = hasJoins ? PARTITIONS : 1;
    this.random = random;
    this.definitions = hasJoins ? JOIN_DEFINITIONS : DEFINITIONS;
    this.seesEnds = random.chance(0.5);
    this.bug = bug;
    this.engine = { ...ENGINE, partitions };
    this.logger = new SimLogger(
      () => this.scheduler.now,
      (code) => this.reached.mark(`an error said: ${code}`),
    );
    this.broker = new Broker(
      () => Math.floor(this.scheduler.now),
      (stream, message, by) => this.#onStored(stream, message, by),
    );
    const isLossy = trouble === 'log';
    this.sites = Array.from({ length: partitions }, (_, p) => new Site(this, p, isLossy));
    this.joining = hasJoins ? new Joining(this) : undefined;
  }

  get now(): number {
    return this.scheduler.now;
  }

  get gateways(): readonly Gateway[] {
    return this.sites.flatMap(({ gateways }) => gateways);
  }

  get hasHalted(): boolean {
    return this.sites.some(({ hasHalted }) => hasHalted);
  }

  /** One of the partitions; where there is only one, no chance is asked. */
  site(random: Random): Site {
    const [first] = this.sites;
    return first === undefined || this.sites.length > 1 ? random.pick(this.sites) : first;
  }

  startGateways(): void {
    const { scheduler, broker, reached } = this;
    const count = this.joining === undefined ? GATEWAYS : 1;
    const travels = travelEvents();
    for (const { partition, gateways } of this.sites) {
      const event = this.joining === undefined ? shopEvent(SHOPPERS) : travels(partition);
      const place = {
        scheduler,
        broker,
        reached,
        partition,
        event,
        repeats: this.joining === undefined,
      };
      for (let i = 1; i <= count; i++) {
        gateways.push(new Gateway(place, `gateway-${partition}-${i}`, this.random.fork()));
      }
    }
  }

  /** Another process of a kind. */
  process(kind: string, onEnd: (process: SimProcess) => void): SimProcess {
    const boot = (this.#boots.get(kind) ?? 0) + 1;
    this.#boots.set(kind, boot);
    const { scheduler, fates, reached } = this;
    const place = { scheduler, random: this.random.fork(), fates, reached };
    const process: SimProcess = new SimProcess(`${kind}-${boot}`, place, () => onEnd(process));
    return process;
  }

  say(what: string): void {
    this.violations.push(what);
  }

  onBug({ name }: SimProcess, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.say(`${name} has a bug: ${text}`);
  }

  #onStored(stream: Stream, message: StoredMessage, by: string): void {
    const { name } = stream.settings;
    if (name === TRIGGERS_STREAM) this.joining?.triggers.onTrigger(message, by);
    for (const site of this.sites) {
      if (name === site.eventsStream) {
        site.onEvents(message);
        this.joining?.onEvents(site, message);
      }
      if (name === site.transitionsStream) {
        site.onTransitions(message, by);
        this.joining?.onTransitions(site, message);
      }
    }
  }
}
