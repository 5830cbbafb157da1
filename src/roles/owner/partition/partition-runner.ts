import { ShoalError } from '../../../base/error.ts';
import { encodeDefine } from '../../../wire/log-codec.ts';
import { eventsStream } from '../../../wire/subject.ts';
import { deadlineAfter } from '../../ports/clock.ts';
import type { Reader, StoredMessage } from '../../ports/log.ts';
import { compareWithLog, logChanged, streamState } from '../checkpoint/continuity.ts';
import { READER_SILENCE_MS } from '../protocol.ts';
import { serveQueries } from '../queries.ts';
import type { Stored } from '../retention/retention.ts';
import { untilAnswered } from '../retry.ts';
import { takeOver, type Parts, type RunnerPlace } from './takeover.ts';

/*
 * One partition's life from its loading to its end: replay, live, stop.
 *
 * 1. A message is applied, then its outputs are published, and only then a checkpoint may hold it.
 * 2. The first failure ends the runner: nothing is applied, published or stored after it.
 * 3. Before the reading goes on after an interruption, the log is compared with what was applied:
 *    the broker re-uses the sequence numbers of a tail that it has lost.
 */

/** A checkpoint of a state whose log was lost must be there soon, or the log is replayed. */
const RESCUE_WITHIN_MS = 5_000;

export class PartitionRunner {
  readonly #place: RunnerPlace;
  readonly #abort: AbortController;
  readonly #parts: Parts;
  readonly #reader: Reader;
  #isLive = false;
  #owesCheckpoint: boolean;
  /** Up to where a checkpoint holds the log. */
  #checkpointed: number;
  /** Checkpoints are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  /**
   * Takes a partition over and begins to read its log; answers when that has begun.
   *
   * @param abort aborted by the runner with its first failure, or from outside to end it at once
   * @throws as `takeOver`
   */
  static async start(place: RunnerPlace, abort: AbortController): Promise<PartitionRunner> {
    const parts = await takeOver(place, abort.signal, (error) => abort.abort(error));
    return new PartitionRunner(place, abort, parts);
  }

  private constructor(place: RunnerPlace, abort: AbortController, parts: Parts) {
    const { world, partition, settings } = place;
    const { pump, status, logEnd } = parts;
    this.#place = place;
    this.#abort = abort;
    this.#parts = parts;
    this.#owesCheckpoint = parts.owesCheckpoint;
    this.#checkpointed = parts.owesCheckpoint ? -1 : pump.sequence;
    const from = pump.sequence + 1;
    world.logger.info('partition begins to read', {
      partition,
      from,
      to: logEnd,
      n: pump.engine.n,
    });
    const endQueries = serveQueries(world.bus, partition, pump.engine, status, parts.seen);
    this.#reader = world.log.read(
      eventsStream(partition),
      from,
      (messages) => this.#onMessages(messages),
      (error) => this.#onReaderFailure(error),
      {
        onBegin: () => this.#compare(),
        // Without ticks a log may be silent.
        silenceMsMax: settings.engine.clock === 'broker' ? READER_SILENCE_MS : undefined,
      },
    );
    abort.signal.addEventListener('abort', () => {
      place.figures.live.set(0, { partition });
      endQueries();
      void this.#reader.stop();
    });
    this.#goLiveWhenCaughtUp();
  }

  get isLive(): boolean {
    return this.#isLive && !this.#abort.signal.aborted;
  }

  /** Does what is due: a tick, a mark, the figures. To be called several times a second. */
  beat(): void {
    if (this.#abort.signal.aborted) return;
    const { status, ticker, lane, retention, pump, seen } = this.#parts;
    const { transitionsRetention, erasure } = this.#parts;
    status.tellWhenDue();
    seen.saveWhenDue();
    if (!this.#isLive) return;
    lane.markWhenDue();
    this.#watch(ticker.tickWhenDue());
    this.#watch(unlessAway(retention.trimWhenDue(() => pump.definitionsHash)));
    const limit = (): Stored | undefined => retention.limit(pump.definitionsHash);
    this.#watch(unlessAway(transitionsRetention.trimWhenDue(limit)));
    this.#watch(erasure.runWhenDue(limit));
  }

  /** Stores a checkpoint when something was applied since the last one. Never throws. */
  async checkpoint(): Promise<void> {
    await this.#checkpointUntil(this.#abort.signal);
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
    await this.#parts.seen.save();
    await this.#parts.lane.drained().catch((error: unknown) => this.#fail(error));
    this.stop();
  }

  /** Ends at once. */
  stop(): void {
    this.#abort.abort(new DOMException('the partition stops', 'AbortError'));
  }

  async #onMessages(messages: readonly StoredMessage[]): Promise<void> {
    const { pump, logEnd } = this.#parts;
    const { figures, partition } = this.#place;
    const before = pump.sequence;
    await pump.handle(messages);
    const replayed = Math.min(pump.sequence, logEnd) - Math.min(before, logEnd);
    if (replayed > 0) figures.replayed.add(replayed, { partition });
    this.#tellUnstored();
    this.#goLiveWhenCaughtUp();
    this.#payCheckpoint();
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
    this.#payCheckpoint();
    this.#watch(this.#define());
  }

  #payCheckpoint(): void {
    if (!this.#owesCheckpoint || this.#parts.gate.isHolding) return;
    this.#owesCheckpoint = false;
    void this.checkpoint();
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

  /** @throws ShoalError `log-changed` (retry) when the log is not the one that was applied */
  async #compare(): Promise<void> {
    const view = { ...this.#place, signal: this.#abort.signal };
    const continuity = await compareWithLog(view, await streamState(view), this.#parts.pump.place);
    if (continuity.kind === 'whole') return;
    const { partition } = this.#place;
    const what =
      continuity.kind === 'gap'
        ? `messages ${continuity.from} to ${continuity.to} are missing`
        : continuity.what;
    throw logChanged(partition, what);
  }

  /** What was applied of a log that is lost is saved first, if all of it has been published. */
  #onReaderFailure(error: unknown): void {
    const isChange = error instanceof ShoalError && error.code === 'log-changed';
    if (!isChange || this.#parts.lane.waiting > 0) return this.#fail(error);
    this.#parts.draining.abort(error);
    const { clock } = this.#place.world;
    const { signal } = this.#abort;
    const deadline = AbortSignal.any([signal, deadlineAfter(clock, RESCUE_WITHIN_MS, signal)]);
    void this.#checkpointUntil(deadline).then(() => this.#fail(error));
  }

  async #checkpointUntil(signal: AbortSignal): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#checkpoint(signal))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#fail(error);
      });
    await this.#writing;
  }

  async #checkpoint(signal: AbortSignal): Promise<void> {
    const { pump, writer, retention, lane, notes } = this.#parts;
    const { world } = this.#place;
    if (signal.aborted || pump.sequence === this.#checkpointed) return;
    const taken = { transitionsSequence: lane.sequence, takenAt: world.clock.now() };
    const snapshot = await pump.snapshot(signal);
    if (snapshot === undefined) return;
    await untilAnswered(world, 'redis, to note what is to be erased', () => notes.save(), signal);
    const isStored = await writer.write(snapshot, signal);
    this.#place.buffers.giveBack(snapshot.sections);
    if (!isStored) return;
    const { sequence, n } = snapshot.manifest;
    this.#checkpointed = sequence;
    this.#tellUnstored();
    retention.stored({ ...snapshot.manifest, ...taken });
    world.logger.debug('checkpoint is stored', {
      partition: this.#place.partition,
      sequence,
      n,
    });
  }

  #tellUnstored(): void {
    const { figures, partition } = this.#place;
    const unstored = this.#parts.pump.sequence - Math.max(0, this.#checkpointed);
    figures.unstored.set(unstored, { partition });
  }

  #watch(action: Promise<void>): void {
    action.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#abort.abort(error);
  }
}

/** What can be tried again later is not waited for. */
async function unlessAway(action: Promise<void>): Promise<void> {
  await action.catch((error: unknown) => {
    if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
  });
}
