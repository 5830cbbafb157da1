import { ShoalError } from '../../../base/error.ts';
import { chunksOf, decodeManifest } from '../../../wire/checkpoint.ts';
import type { StoredCheckpoint } from '../../ports/store.ts';

/** What the store has of a partition. */
export interface StoredState {
  readonly generation: number;
  /** The chunks of the current manifest, and of the one before it. */
  readonly current: ReadonlySet<string>;
  readonly previous: ReadonlySet<string>;
}

export function storedState(checkpoint: StoredCheckpoint | undefined): StoredState {
  return {
    generation: checkpoint?.generation ?? 0,
    current: namedChunks(checkpoint?.manifest),
    previous: namedChunks(checkpoint?.previous),
  };
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
