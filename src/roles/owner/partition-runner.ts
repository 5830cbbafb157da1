import { encodeDefine } from '../../wire/log-codec.ts';
import { eventsStream } from '../../wire/subject.ts';
import type { Reader, StoredMessage } from '../ports/log.ts';
import { Pump } from './apply/pump.ts';
import type { Rejects } from './apply/rejects.ts';
import { CheckpointWriter } from './checkpoint/checkpoint-writer.ts';
import { recover } from './checkpoint/recovery.ts';
import type { OwnerFigures } from './figures.ts';
import { LiveStatus } from './live-status.ts';
import { Producer } from './producer.ts';
import { claim } from './publish/claim.ts';
import { PublishLane } from './publish/publish-lane.ts';
import { ReplayGate } from './publish/replay-gate.ts';
import { serveQueries } from './queries.ts';
import { untilAnswered } from './retry.ts';
import { Ticker } from './ticker.ts';
import type { Turns } from './turns.ts';
import type { OwnerSettings, OwnerWorld } from './world.ts';

/*
 * One partition's life: claim, load, replay, live, stop (durability: "Recovery").
 *
 * 1. The claim comes before the loading, so nothing changes under what is loaded.
 * 2. A message is applied, then its outputs are published, and only then a checkpoint may hold it.
 * 3. The first failure ends the partition: nothing is applied, published or stored after it.
 */

export interface RunnerPlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
  readonly figures: OwnerFigures;
  readonly turns: Turns;
  readonly rejects: Rejects;
  readonly partition: number;
}

/** What a runner is made of, once its state is there. */
interface Parts {
  readonly pump: Pump;
  readonly lane: PublishLane;
  readonly gate: ReplayGate;
  readonly writer: CheckpointWriter;
  readonly producer: Producer;
  readonly ticker: Ticker;
  readonly status: LiveStatus;
  /** The log's end when it was started: what comes up to there is replayed. */
  readonly logEnd: number;
  /** Aborted: no more is applied, while what was is still published and stored. */
  readonly draining: AbortController;
}

export class PartitionRunner {
  readonly #place: RunnerPlace;
  readonly #abort: AbortController;
  readonly #parts: Parts;
  readonly #reader: Reader;
  #isLive = false;
  /** Up to where a checkpoint holds the log. */
  #checkpointed: number;
  /** Checkpoints are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  /**
   * Takes a partition over and begins to read its log; answers when that has begun.
   *
   * @throws ShoalError `log-regressed`, `transitions-lost`, `record-unreadable`, `diverged` (stop)
   * @throws the signal's reason when `abort` is aborted
   */
  static async start(place: RunnerPlace, abort: AbortController): Promise<PartitionRunner> {
    const { world, partition } = place;
    const { signal } = abort;
    const load = (): ReturnType<typeof world.checkpoints.load> => world.checkpoints.load(partition);
    const epoch = (await untilAnswered(world, 'redis', load, signal))?.epoch ?? 0;
    const claimed = await claim(world, partition, epoch, signal);
    const checkpoint = await untilAnswered(world, 'redis', load, signal);
    const recovered = await recover(place, checkpoint, claimed, signal);
    const lastSequence = (): Promise<number> => world.log.lastSequence(eventsStream(partition));
    const logEnd = await untilAnswered(world, 'the log', lastSequence, signal);

    const fail = (error: unknown): void => failPartition(place, abort, error);
    const lane = new PublishLane(place, claimed, signal, fail);
    const gate = new ReplayGate(partition, claimed.n, claimed.chain);
    gate.check(recovered.partition.n, recovered.partition.chain);
    const draining = new AbortController();
    const pumping = AbortSignal.any([signal, draining.signal]);
    const pump = new Pump({ ...place, lane, gate, signal: pumping }, recovered);
    const { boot } = place.settings;
    const producer = new Producer(world, partition, boot, signal);
    const whenPublished = async (n: number): Promise<number> => {
      await lane.published(n);
      return lane.sequence;
    };
    const writerPlace = { ...place, epoch: claimed.epoch, boot, whenPublished };
    const writer = new CheckpointWriter(writerPlace, recovered.stored);
    const ticker = new Ticker(place, pump, producer);
    const status = new LiveStatus(world, partition, boot, pump);
    return new PartitionRunner(place, abort, {
      pump,
      lane,
      gate,
      writer,
      producer,
      ticker,
      status,
      logEnd,
      draining,
    });
  }

  private constructor(place: RunnerPlace, abort: AbortController, parts: Parts) {
    const { world, partition } = place;
    const { pump, status, logEnd } = parts;
    this.#place = place;
    this.#abort = abort;
    this.#parts = parts;
    this.#checkpointed = pump.sequence;
    const from = pump.sequence + 1;
    world.logger.info('partition begins to read', {
      partition,
      from,
      to: logEnd,
      n: pump.engine.n,
    });
    const endQueries = serveQueries(world.bus, partition, pump.engine, status);
    const onMessages = (messages: readonly StoredMessage[]): Promise<void> =>
      this.#onMessages(messages);
    this.#reader = world.log.read(eventsStream(partition), from, onMessages, (error) =>
      failPartition(place, abort, error),
    );
    abort.signal.addEventListener('abort', () => {
      endQueries();
      void this.#reader.stop();
    });
    this.#goLiveWhenCaughtUp();
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Does what is due: a tick, the figures. To be called several times a second. */
  beat(): void {
    if (this.#abort.signal.aborted) return;
    this.#parts.status.tellWhenDue();
    if (this.#isLive) this.#watch(this.#parts.ticker.tickWhenDue());
  }

  /** Stores a checkpoint when something was applied since the last one. Never throws. */
  async checkpoint(): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#checkpoint(this.#abort.signal))
      .catch((error: unknown) => this.#fail(error));
    await this.#writing;
  }

  /**
   * Applies no more, publishes what waits, stores a checkpoint, and ends.
   *
   * @param deadline when it is aborted, the rest is left to the replay of the next start
   */
  async drain(deadline: AbortSignal): Promise<void> {
    deadline.addEventListener('abort', () => this.stop(), { once: true });
    this.#parts.draining.abort(new DOMException('the partition drains', 'AbortError'));
    await this.#reader.stop();
    await this.checkpoint();
    await this.#parts.lane.drained().catch((error: unknown) => this.#fail(error));
    this.stop();
  }

  /** Ends at once. */
  stop(): void {
    this.#abort.abort(new DOMException('the partition stops', 'AbortError'));
    this.#place.figures.live.set(0, { partition: this.#place.partition });
  }

  async #onMessages(messages: readonly StoredMessage[]): Promise<void> {
    const { pump, logEnd } = this.#parts;
    const { figures, partition } = this.#place;
    const before = pump.sequence;
    await pump.handle(messages);
    const replayed = Math.min(pump.sequence, logEnd) - Math.min(before, logEnd);
    if (replayed > 0) figures.replayed.add(replayed, { partition });
    this.#goLiveWhenCaughtUp();
  }

  #goLiveWhenCaughtUp(): void {
    const { pump, gate, logEnd } = this.#parts;
    if (this.#isLive || pump.sequence < logEnd || this.#abort.signal.aborted) return;
    gate.checkReached(pump.engine.n);
    this.#isLive = true;
    const { world, figures, partition } = this.#place;
    figures.live.set(1, { partition });
    world.logger.info('partition is live', {
      partition,
      sequence: pump.sequence,
      n: pump.engine.n,
    });
    this.#watch(this.#define());
  }

  /** Writes the given definitions into the log when others are in force at its end. */
  async #define(): Promise<void> {
    const { pump, producer } = this.#parts;
    const { definitions, engine } = this.#place.settings;
    if (pump.engine.hasDefinitions(definitions)) return;
    // Where the senders' time alone counts, a definition must not move it.
    const sentAt =
      engine.clock === 'sender' ? pump.engine.streamTime : this.#place.world.clock.now();
    await producer.write((meta) => encodeDefine(definitions, meta), sentAt);
  }

  async #checkpoint(signal: AbortSignal): Promise<void> {
    const { pump, writer } = this.#parts;
    if (signal.aborted || pump.sequence === this.#checkpointed) return;
    const snapshot = pump.snapshot();
    if (snapshot === undefined) return;
    await writer.write(snapshot, signal);
    this.#checkpointed = snapshot.manifest.sequence;
    const { sequence, n } = snapshot.manifest;
    this.#place.world.logger.debug('checkpoint is stored', {
      partition: this.#place.partition,
      sequence,
      n,
    });
  }

  #watch(action: Promise<void>): void {
    action.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    failPartition(this.#place, this.#abort, error);
  }
}

/** Ends a partition with its first failure; what fails because it has ended is none. */
export function failPartition(place: RunnerPlace, abort: AbortController, error: unknown): void {
  if (abort.signal.aborted) return;
  abort.abort(error);
  const { world, settings, figures, partition } = place;
  figures.live.set(0, { partition });
  world.logger.error('a partition has stopped', { partition, error });
  settings.onFailure(error, partition);
}
