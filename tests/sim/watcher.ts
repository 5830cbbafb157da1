import type { StoredMessage } from '../../src/roles/ports/log.ts';
import type { StoredCheckpoint } from '../../src/roles/ports/store.ts';

/** Is told of what processes read. */
export interface Watcher {
  /** @param isOwn false for a second reading beside it, such as a rebuild's */
  onRead(by: string, stream: string, fromSequence: number, isOwn: boolean): void;
  onDelivered(by: string, stream: string, messages: readonly StoredMessage[]): void;
  onLoaded(by: string, checkpoint: StoredCheckpoint | undefined): void;
  onChunk(by: string, hash: string, bytes: Uint8Array | undefined): void;
}
