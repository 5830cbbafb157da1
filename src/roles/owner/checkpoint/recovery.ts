import { ShoalError } from '../../../base/error.ts';
import { Partition } from '../../../engine/partition.ts';
import { chunksOf, decodeManifest, unreadable, type Manifest } from '../../../wire/checkpoint.ts';
import { eventsStream } from '../../../wire/subject.ts';
import type { StoredCheckpoint } from '../../ports/store.ts';
import type { Claimed } from '../publish/claim.ts';
import { NOTHING_STORED, type StoredState } from './checkpoint-writer.ts';
import { joinSection, sha256 } from './chunks.ts';
import { untilAnswered } from '../retry.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';

/*
 * Brings a partition back to where its checkpoint left it (durability: "Recovery").
 *
 * 1. The manifest, with every chunk checked; else the one before it; else an empty engine, which
 *    reads the whole log.
 * 2. A checkpoint that is ahead of the log or of the transitions is refused: what it stands on is
 *    lost.
 */

/** A state with the place in the log up to which it has applied; sequence 0: nothing. */
export interface Recovered {
  readonly partition: Partition;
  readonly manifest: Manifest | undefined;
  readonly stored: StoredState;
}

export async function recover(
  place: {
    readonly world: OwnerWorld;
    readonly settings: OwnerSettings;
    readonly partition: number;
  },
  checkpoint: StoredCheckpoint | undefined,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<Recovered> {
  const { world, settings, partition } = place;
  if (checkpoint === undefined) {
    return {
      partition: new Partition(settings.engine),
      manifest: undefined,
      stored: NOTHING_STORED,
    };
  }
  const stored = storedState(checkpoint);
  for (const bytes of [checkpoint.manifest, checkpoint.previous]) {
    if (bytes === undefined) continue;
    try {
      const manifest = decodeManifest(bytes);
      const engine = await restore(place, manifest, signal);
      await checkContinuity(place, manifest, claimed, signal);
      return { partition: engine, manifest, stored };
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code !== 'checkpoint-unreadable') throw error;
      world.logger.error('a checkpoint cannot be read', { partition, reason: error.message });
    }
  }
  world.logger.warn('no checkpoint can be read, the whole log is', { partition });
  return { partition: new Partition(settings.engine), manifest: undefined, stored };
}

function storedState({ generation, manifest, previous }: StoredCheckpoint): StoredState {
  return { generation, current: namedChunks(manifest), previous: namedChunks(previous) };
}

/** None where the manifest cannot be read: its chunks stay, which is better than dropping them. */
function namedChunks(bytes: Uint8Array | undefined): ReadonlySet<string> {
  if (bytes === undefined) return new Set();
  try {
    return chunksOf(decodeManifest(bytes));
  } catch (error) {
    if (error instanceof ShoalError) return new Set();
    throw error;
  }
}

async function restore(
  place: {
    readonly world: OwnerWorld;
    readonly settings: OwnerSettings;
    readonly partition: number;
  },
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Partition> {
  const sections = [];
  for (const section of manifest.sections) {
    const chunks: Uint8Array[] = [];
    for (const hash of section.chunks)
      chunks.push(await fetchChunk(place.world, place.partition, hash, signal));
    sections.push(joinSection(section, chunks));
  }
  const engine = Partition.restore(place.settings.engine, sections);
  if (engine.n !== manifest.n || engine.chain !== manifest.chain) {
    throw unreadable('its state is not the one that its manifest tells of');
  }
  return engine;
}

async function fetchChunk(
  world: OwnerWorld,
  partition: number,
  hash: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const get = (): Promise<Uint8Array | undefined> => world.checkpoints.getChunk(partition, hash);
  const bytes = await untilAnswered(world, 'redis, to load a checkpoint', get, signal);
  if (bytes === undefined) throw unreadable(`chunk ${hash} is missing`);
  if (sha256(bytes) !== hash) throw unreadable(`chunk ${hash} has another content`);
  return bytes;
}

async function checkContinuity(
  { world, partition }: { readonly world: OwnerWorld; readonly partition: number },
  manifest: Manifest,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<void> {
  const stream = eventsStream(partition);
  const last = await untilAnswered(world, 'the log', () => world.log.lastSequence(stream), signal);
  if (last < manifest.sequence) {
    throw lost(
      partition,
      'log-regressed',
      `its log ends at ${last}, applied was up to ${manifest.sequence}`,
    );
  }
  if (claimed.n < manifest.n) {
    const what = `its transitions end at number ${claimed.n}, published was up to ${manifest.n}`;
    throw lost(partition, 'transitions-lost', what);
  }
}

function lost(partition: number, code: string, what: string): ShoalError {
  return new ShoalError({
    code,
    remedy: 'stop',
    message: `NATS has lost what partition ${partition} stands on: ${what}`,
    where: `partition ${partition}`,
    hint: 'was its storage replaced or set back? Keep what is there and restore the newest copy',
  });
}
