import { ShoalError } from '../../../base/error.ts';
import { Partition } from '../../../engine/partition.ts';
import { decodeManifest, unreadable, type Manifest } from '../../../wire/checkpoint.ts';
import type { CheckpointStore, StoredCheckpoint } from '../../ports/store.ts';
import { untilAnswered } from '../retry.ts';
import type { OwnerSettings, OwnerWorld } from '../world.ts';
import { joinSection, sha256 } from './chunks.ts';

/*
 * Loads a partition's state from the store.
 *
 * 1. The manifest, with every chunk checked; else the one before it; else nothing.
 */

/** From where chunks are fetched. */
export interface ChunkPlace {
  readonly world: Pick<OwnerWorld, 'clock' | 'logger'> & {
    readonly checkpoints: Pick<CheckpointStore, 'getChunk'>;
  };
  readonly partition: number;
  readonly signal: AbortSignal;
}

export interface RestorePlace extends ChunkPlace {
  readonly world: OwnerWorld;
  readonly settings: OwnerSettings;
}

/** A state and the manifest that tells of it. */
export interface Restored {
  readonly engine: Partition;
  readonly manifest: Manifest;
}

/** @returns undefined when no checkpoint can be read */
export async function restore(
  place: RestorePlace,
  checkpoint: StoredCheckpoint | undefined,
): Promise<Restored | undefined> {
  for (const bytes of [checkpoint?.manifest, checkpoint?.previous]) {
    if (bytes === undefined) continue;
    try {
      const manifest = decodeManifest(bytes);
      return { manifest, engine: await load(place, manifest) };
    } catch (error) {
      if (!(error instanceof ShoalError) || error.code !== 'checkpoint-unreadable') throw error;
      const { partition } = place;
      place.world.logger.error('a checkpoint cannot be read', { partition, reason: error.message });
    }
  }
  return undefined;
}

async function load(place: RestorePlace, manifest: Manifest): Promise<Partition> {
  const sections = [];
  for (const section of manifest.sections) {
    const chunks: Uint8Array[] = [];
    for (const hash of section.chunks) chunks.push(await fetchChunk(place, hash));
    sections.push(joinSection(section, chunks));
  }
  const engine = Partition.restore(place.settings.engine, sections);
  if (engine.n !== manifest.n || engine.chain !== manifest.chain) {
    throw unreadable('its state is not the one that its manifest tells of');
  }
  return engine;
}

/** @throws ShoalError `checkpoint-unreadable` (stop) when it is missing or has another content */
export async function fetchChunk(
  { world, partition, signal }: ChunkPlace,
  hash: string,
): Promise<Uint8Array> {
  const get = (): Promise<Uint8Array | undefined> => world.checkpoints.getChunk(partition, hash);
  const bytes = await untilAnswered(world, 'redis, to load a checkpoint', get, signal);
  if (bytes === undefined) throw unreadable(`chunk ${hash} is missing`);
  if (sha256(bytes) !== hash) throw unreadable(`chunk ${hash} has another content`);
  return bytes;
}
