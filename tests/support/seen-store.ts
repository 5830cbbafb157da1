import type { SeenStore } from '../../src/roles/ports/store.ts';

/** The port inside one process. */
export class MemorySeenStore implements SeenStore {
  readonly kept = new Map<number, Uint8Array>();
  saves = 0;

  async load(partition: number): Promise<Uint8Array | undefined> {
    return this.kept.get(partition);
  }

  async save(partition: number, bytes: Uint8Array): Promise<void> {
    this.saves += 1;
    this.kept.set(partition, bytes);
  }
}
