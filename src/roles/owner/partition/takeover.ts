import type { CustomerId } from '../../../base/id.ts';
import { eventsStream } from '../../../wire/subject.ts';
import type { Log } from '../../ports/log.ts';
import type { StoredCheckpoint } from '../../ports/store.ts';
import { Pump } from '../apply/pump.ts';
import { loadPutAside } from '../apply/put-aside.ts';
import type { Rejects } from '../apply/rejects.ts';
import { CheckpointWriter } from '../checkpoint/checkpoint-writer.ts';
import { recover, type Recovered } from '../checkpoint/recovery.ts';
import type { ChunkBuffers } from '../checkpoint/state-copy.ts';
import { storedState } from '../checkpoint/stored-state.ts';
import type { UploadLimit } from '../checkpoint/upload-limit.ts';
import { Erasure } from '../erasure/erasure.ts';
import type { FileRewriting } from '../erasure/file-rewriting.ts';
import { ErasureNotes } from '../erasure/notes.ts';
import type { OwnerFigures } from '../figures.ts';
import { LiveStatus } from '../live-status.ts';
import { Producer } from '../producer.ts';
import { claim, type Claimed } from '../publish/claim.ts';
import type { Gate } from '../publish/gate.ts';
import { Outbox } from '../publish/outbox.ts';
import { PublishLane } from '../publish/publish-lane.ts';
import { RecordWriter } from '../publish/record-writer.ts';
import { keepToldLately } from '../publish/told-lately.ts';
import { ReplayGate } from '../publish/replay-gate.ts';
import { ResumeGate } from '../publish/resume-gate.ts';
import { Retention, type Stored } from '../retention/retention.ts';
import { TransitionsRetention } from '../retention/transitions-retention.ts';
import { untilAnswered } from '../retry.ts';
import type { Sampler } from '../seen/sampler.ts';
import { SeenKeeper } from '../seen/seen-keeper.ts';
import { Ticker } from '../ticker.ts';
import type { Turns } from '../turns.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';

/*
 * Takes a partition over: everything up to where its log can be read (durability: "Recovery").
 *
 * 1. The claim comes before the loading, and the store learns of it: nothing changes under what is
 *    loaded.
 */

export interface RunnerPlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
  readonly figures: OwnerFigures;
  readonly turns: Turns;
  readonly rejects: Rejects;
  readonly limit: UploadLimit;
  readonly buffers: ChunkBuffers;
  readonly sampler: Sampler;
  readonly rewriting: FileRewriting;
  /** As it is, without what stands in the place of what was erased. */
  readonly log: Log;
  readonly partition: number;
}

/** What a runner is made of, once its state is there. */
export interface Parts {
  readonly pump: Pump;
  readonly lane: PublishLane;
  readonly gate: Gate;
  readonly writer: CheckpointWriter;
  readonly producer: Producer;
  readonly ticker: Ticker;
  readonly status: LiveStatus;
  readonly retention: Retention;
  readonly transitionsRetention: TransitionsRetention;
  readonly notes: ErasureNotes;
  readonly erasure: Erasure;
  readonly seen: SeenKeeper;
  /** The log's end when it was started: what comes up to there is replayed. */
  readonly logEnd: number;
  /** A checkpoint is to be stored as soon as there is a boundary. */
  readonly owesCheckpoint: boolean;
  /** Aborted: no more is applied, while what was is still published and stored. */
  readonly draining: AbortController;
}

/**
 * @param onFailure called when what it has made fails later
 * @throws ShoalError `log-gap`, `transitions-lost`, `record-unreadable`, `diverged` (stop),
 *   `fenced` (stop), `log-changed` (retry)
 * @throws the signal's reason when it is aborted
 */
export async function takeOver(
  place: RunnerPlace,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<Parts> {
  const { world, partition } = place;
  const claimed = await claimPartition(place, signal);
  const { epoch } = claimed;
  // A partition may be taken over again in one boot: ids that begin with this are never used twice.
  const boot = `${place.settings.boot}-${epoch}`;
  const checkpoint = await untilAnswered(
    world,
    'redis',
    (): Promise<StoredCheckpoint | undefined> => world.checkpoints.load(partition),
    signal,
  );
  const putAside = await untilAnswered(
    world,
    'redis',
    () => loadPutAside(world, partition),
    signal,
  );
  const records = new RecordWriter(place, claimed.sequence, signal);
  const recovered = await recover({ ...place, claimed, writer: records, signal }, checkpoint);
  const lastSequence = (): Promise<number> => world.log.lastSequence(eventsStream(partition));
  const logEnd = await untilAnswered(world, 'the log', lastSequence, signal);
  const { streamCreatedAt } = recovered.place;
  const seen = await SeenKeeper.load(place, streamCreatedAt, logEnd, signal);

  const outbox = new Outbox(recovered.outbox);
  if (recovered.isTold !== undefined)
    await keepToldLately({ ...place, signal }, outbox, claimed.sequence);
  const told = { ...claimed, ...recovered.told };
  const lane = new PublishLane({ ...place, writer: records, outbox, signal, onFailure }, told);
  const gate = gateOf(place, recovered, lane);
  const draining = new AbortController();
  const pumping = AbortSignal.any([signal, draining.signal]);
  const notes = new ErasureNotes({ pending: world.erasing.pending, partition, boot });
  const pumped = { lane, gate, putAside, seen, notes, signal: pumping };
  const pump = new Pump({ ...place, ...pumped }, recovered);
  const whenPublished = async (n: number): Promise<number> => {
    await lane.published(n);
    return lane.sequence;
  };
  const writer = new CheckpointWriter(
    { ...place, epoch, boot, outbox, whenPublished },
    storedState(checkpoint),
  );
  const producer = new Producer(world, partition, boot, signal);
  const ticker = new Ticker(place, pump, producer);
  const retention = new Retention(place, lastStored(recovered));
  const isForgotten = (customer: CustomerId): boolean =>
    recovered.engine.questions.isForgotten(customer);
  const transitionsRetention = new TransitionsRetention(place);
  const erasure = new Erasure({ ...place, signal, isForgotten });
  const status = new LiveStatus(world, partition, boot, pump, retention);
  const owesCheckpoint = recovered.isTold !== undefined;
  const made = { pump, lane, gate, writer, producer, ticker, status, seen };
  const keeping = { retention, transitionsRetention, notes, erasure };
  return { ...made, ...keeping, logEnd, owesCheckpoint, draining };
}

async function claimPartition(
  { world, partition }: RunnerPlace,
  signal: AbortSignal,
): Promise<Claimed> {
  const fence = (epoch: number): Promise<number> =>
    untilAnswered(world, 'redis', () => world.checkpoints.fence(partition, epoch), signal);
  for (let known = await fence(0); ;) {
    const claimed = await claim(world, partition, known, signal);
    known = await fence(claimed.epoch);
    if (known === claimed.epoch) return claimed;
  }
}

function gateOf({ partition }: RunnerPlace, recovered: Recovered, lane: PublishLane): Gate {
  const { engine, told, isTold } = recovered;
  const replay = new ReplayGate(partition, told, (outputs, from) => lane.keep(outputs, from));
  // Where the numbers are the same, so is what they were given to.
  replay.check(engine.n, engine.chain);
  return isTold === undefined ? replay : new ResumeGate(engine, told, isTold);
}

function lastStored({ place, definitionsHash, isTold }: Recovered): Stored | undefined {
  return isTold === undefined && place.sequence > 0
    ? { sequence: place.sequence, definitionsHash, transitionsSequence: 0, takenAt: 0 }
    : undefined;
}
