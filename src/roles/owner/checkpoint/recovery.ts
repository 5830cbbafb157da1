import { ShoalError } from '../../../base/error.ts';
import { Partition } from '../../../engine/partition.ts';
import type { Fingerprint, Manifest, OutboxChunk } from '../../../wire/checkpoint.ts';
import type { StreamState } from '../../ports/log.ts';
import type { StoredCheckpoint } from '../../ports/store.ts';
import { amendedUpTo, forgetAgain } from '../erasure/forget-again.ts';
import type { OwnerFigures } from '../figures.ts';
import type { MessagePlace } from '../publish/batch.ts';
import { areNumbersBroken } from '../publish/broken-numbers.ts';
import { emptyRecord, type Claimed, type Told } from '../publish/claim.ts';
import type { RecordWriter } from '../publish/record-writer.ts';
import { republish } from '../publish/republish.ts';
import { compareWithLog, newestCommon, streamState, toldIn, type LogPlace } from './continuity.ts';
import { restore, type Restored, type RestorePlace } from './restore.ts';

/*
 * Brings a partition back to where its checkpoint left it (durability: "Recovery").
 *
 * 1. What is published behind it has a number that was never used.
 * 2. Where the log or the transitions are not what the state stands on, a record says so.
 * 3. Nothing that is missing is passed over in silence: it stops the partition, or an operator has
 *    accepted it, and then it is an error in the log.
 */

export interface RecoveryPlace extends RestorePlace {
  readonly figures: OwnerFigures;
  readonly claimed: Claimed;
  readonly writer: RecordWriter;
}

/** A state with its place in the log, and how it goes on from there. */
export interface Recovered {
  readonly engine: Partition;
  readonly place: LogPlace;
  /** Earlier places, newest first. */
  readonly fingerprints: readonly Fingerprint[];
  readonly definitionsHash: string;
  readonly outbox: readonly OutboxChunk[];
  /** What has been told by now. */
  readonly told: Told;
  /**
   * Set where the replay does not repeat numbers: whether what follows from a message has been
   * told. A checkpoint is owed then.
   */
  readonly isTold?: ((from: MessagePlace) => boolean) | undefined;
  /**
   * Set where messages are read again that the state has applied: those of producers drop out by
   * their stamps, raw ones by having been stored by then, ms since the epoch.
   */
  readonly appliedTo?: number | undefined;
}

/** @throws ShoalError `log-gap`, `transitions-lost`, `record-unreadable`, `diverged` (stop) */
export async function recover(
  place: RecoveryPlace,
  checkpoint: StoredCheckpoint | undefined,
): Promise<Recovered> {
  const restored = await restore(place, checkpoint);
  const state = await streamState(place);
  return restored === undefined
    ? withoutCheckpoint(place, state)
    : fromCheckpoint(place, restored, state);
}

async function withoutCheckpoint(place: RecoveryPlace, state: StreamState): Promise<Recovered> {
  const { world, settings, partition, claimed } = place;
  const { createdAt, firstSequence } = state;
  // The definitions of the beginning may have been trimmed with it.
  const isTrimmed = firstSequence > 1;
  const engine = new Partition(settings.engine, isTrimmed ? settings.definitions : undefined);
  const sequence = Math.max(0, firstSequence - 1);
  const fresh = {
    engine,
    place: { streamCreatedAt: createdAt, sequence, storedAt: 0, crc: 0 },
    fingerprints: [],
    definitionsHash: '',
    outbox: [],
    told: claimed,
  };
  if (claimed.n === 0) return fresh;
  const { isTold, isWhole } = await toldIn(place, state, claimed);
  const fields = { partition, from: sequence + 1 };
  if (isTrimmed || !isWhole)
    world.logger.error('no checkpoint can be read, and the log is not whole any more', fields);
  else world.logger.warn('no checkpoint can be read, the whole log is', fields);
  await tell(place, 'rebuild', claimed);
  return { ...fresh, isTold };
}

async function fromCheckpoint(
  place: RecoveryPlace,
  { engine, manifest }: Restored,
  state: StreamState,
): Promise<Recovered> {
  const told = await toldUpTo(place, { engine, manifest });
  const forgotten = await forgetAgain(place, engine, manifest);
  const { fingerprints, definitionsHash, outbox } = manifest;
  const same = { engine, definitionsHash, outbox, told };
  const continuity = await compareWithLog(place, state, manifest);
  const { createdAt } = state;
  if (continuity.kind === 'gap') {
    acceptGap(place, 'log-gap', `messages ${continuity.from} to ${continuity.to} of its log`);
    await tell(place, 'gap', told);
    const after = { sequence: continuity.to, storedAt: 0, crc: 0, streamCreatedAt: createdAt };
    const { isTold } = await toldIn(place, state, told);
    return { ...same, place: after, fingerprints: [], isTold };
  }
  if (continuity.kind === 'regress') {
    const common = await newestCommon(place, state, fingerprints);
    const from = common ?? { sequence: Math.max(0, state.firstSequence - 1), storedAt: 0, crc: 0 };
    await rebase(place, told, continuity.what, from.sequence + 1);
    const kept = fingerprints.filter(({ sequence }) => sequence < from.sequence);
    const { isTold } = await toldIn(place, state, told);
    return {
      ...same,
      place: { ...from, streamCreatedAt: createdAt },
      fingerprints: kept,
      isTold,
      appliedTo: manifest.storedAt,
    };
  }
  const whole = { ...same, place: manifest, fingerprints };
  const why =
    forgotten > 0 ? OLDER_THAN_ERASED : await whyUnrepeatable(place, manifest, state, told);
  if (why === undefined) return whole;
  await rebase(place, told, why, manifest.sequence + 1);
  const { isTold } = await toldIn(place, state, told);
  return { ...whole, isTold };
}

const OLDER_THAN_ERASED = 'the checkpoint is older than messages that were erased since';

/** Why a replay from a checkpoint would not come to the numbers that have been told, if so. */
async function whyUnrepeatable(
  place: RecoveryPlace,
  { sequence, n, transitionsSequence }: Manifest,
  state: StreamState,
  told: Told,
): Promise<string | undefined> {
  if (told.n === n && told.source <= sequence) return undefined;
  const { claimed } = place;
  if (await areNumbersBroken(place, transitionsSequence + 1, claimed.sequence))
    return 'the checkpoint is older than a loss that has been told';
  if (told.source <= sequence) return undefined;
  if ((await amendedUpTo(place)) > sequence) return OLDER_THAN_ERASED;
  const { isWhole } = await toldIn(place, state, told);
  return isWhole ? undefined : `message ${told.source}, which was told of, is not there any more`;
}

/** What has been told, after what the broker has lost of it was published again. */
async function toldUpTo(place: RecoveryPlace, { manifest }: Restored): Promise<Told> {
  const { world, partition, claimed, writer } = place;
  if (claimed.n >= manifest.n) return claimed;
  const told = await republish(place, manifest, claimed, claimed.epoch, writer);
  if (told.n > claimed.n) {
    const fields = { partition, from: claimed.n + 1, to: told.n };
    world.logger.error('nats had lost transitions, they are published again', fields);
  }
  if (told.n >= manifest.n) return told;
  acceptGap(place, 'transitions-lost', `the transitions ${told.n + 1} to ${manifest.n}`);
  const { n, chain, sequence: source, storedAt: sourceAt } = manifest;
  const accepted = { n, chain, source, sourceAt, sourceItems: 0 };
  await tell(place, 'gap', accepted);
  return accepted;
}

async function rebase(place: RecoveryPlace, told: Told, what: string, from: number): Promise<void> {
  const { world, partition, figures } = place;
  world.logger.error('the log was set back, messages may be lost', { partition, what, from });
  figures.regresses.add(1, { partition });
  await tell(place, 'rebase', told);
}

/** @throws ShoalError of this code (stop) unless an operator has accepted it */
function acceptGap(
  { world, settings, partition }: RecoveryPlace,
  code: string,
  what: string,
): void {
  if (!settings.acceptGap) throw missing(partition, code, what);
  world.logger.error('goes on without what is missing, as was accepted', { partition, what });
}

async function tell(
  { writer, claimed }: RecoveryPlace,
  kind: 'rebase' | 'rebuild' | 'gap',
  told: Told,
): Promise<void> {
  await writer.write(emptyRecord(kind, claimed.epoch, told));
}

function missing(partition: number, code: string, what: string): ShoalError {
  return new ShoalError({
    code,
    remedy: 'stop',
    message: `NATS has lost what partition ${partition} needs to go on: ${what}`,
    where: `partition ${partition}`,
    hint:
      'keep what is there and restore the newest copy of its streams, or go on without: ' +
      'shoal start --accept-gap',
  });
}
