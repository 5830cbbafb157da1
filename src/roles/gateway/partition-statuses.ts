/*
 * The latest status of every partition, and the sums over them.
 *
 * 1. Counts are absolute: a status replaces what its partition said before, it never adds to it.
 * 2. Statuses apply in their order. After a gap, or at a new boot of the owner, a partition is
 *    behind until a full status comes that is not older than the newest it was told of; its last
 *    known counts stay in the sums until then.
 * 3. A partition that has gone silent is late by its silence.
 */
import type { SegmentId } from '../../base/id.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { Count } from '../../engine/effect.ts';
import type { PartitionStatus } from '../../wire/live.ts';

/** An owner that lives says something at least this often, if only when asked. */
export const SILENT_MS: DurationMs = 10_000;

const NOTHING: Count = { members: 0, entered: 0, exited: 0 };

interface Known {
  /** The last one that was applied. */
  status: PartitionStatus;
  heardAt: EpochMs;
  readonly counts: Map<SegmentId, Count>;
}

export interface Summary {
  /** Stream time: the latest of the partitions, ms since the epoch; 0 before the first. */
  readonly atMs: EpochMs;
  /** The worst of the partitions. */
  readonly lagMs: DurationMs;
  readonly events: number;
  readonly customers: number;
}

export class PartitionStatuses {
  readonly #partitions: number;
  readonly #known = new Map<number, Known>();
  readonly #behind = new Set<number>();
  /** The newest status that came of each partition, applied or not. */
  readonly #newest = new Map<number, PartitionStatus>();
  readonly #sums = new Map<SegmentId, Count>();
  #changed = new Set<SegmentId>();

  constructor(partitions: number) {
    this.#partitions = partitions;
    for (let partition = 0; partition < partitions; partition++) this.#behind.add(partition);
  }

  take(status: PartitionStatus, now: EpochMs): void {
    const { partition } = status;
    if (partition < 0 || partition >= this.#partitions) return;
    const newest = this.#newest.get(partition);
    if (newest?.boot !== status.boot || newest.sequence < status.sequence) {
      this.#newest.set(partition, status);
    }
    const known = this.#known.get(partition);
    const sameBoot = known?.status.boot === status.boot;
    if (known !== undefined && sameBoot) {
      known.heardAt = now;
      if (status.sequence < known.status.sequence) return;
    }
    if (status.full) return this.#replace(status, now);
    if (known === undefined || !sameBoot) return void this.#behind.add(partition);
    const next = known.status.sequence + 1;
    if (status.sequence > next) this.#behind.add(partition);
    if (status.sequence === next) this.#update(known, status);
  }

  #replace(status: PartitionStatus, now: EpochMs): void {
    const before = this.#known.get(status.partition)?.counts ?? new Map<SegmentId, Count>();
    const counts = new Map(Object.entries(status.counts));
    for (const segment of new Set([...before.keys(), ...counts.keys()])) {
      this.#move(segment, before.get(segment) ?? NOTHING, counts.get(segment) ?? NOTHING);
    }
    this.#known.set(status.partition, { status, heardAt: now, counts });
    const newest = this.#newest.get(status.partition)?.sequence ?? 0;
    if (status.sequence >= newest) this.#behind.delete(status.partition);
  }

  #update(known: Known, status: PartitionStatus): void {
    for (const [segment, count] of Object.entries(status.counts)) {
      this.#move(segment, known.counts.get(segment) ?? NOTHING, count);
      known.counts.set(segment, count);
    }
    known.status = status;
  }

  #move(segment: SegmentId, from: Count, to: Count): void {
    const sum = this.count(segment);
    this.#sums.set(segment, {
      members: sum.members + to.members - from.members,
      entered: sum.entered + to.entered - from.entered,
      exited: sum.exited + to.exited - from.exited,
    });
    this.#changed.add(segment);
  }

  /** Partitions of which a full status is wanted: those behind, and those that say nothing. */
  wanted(now: EpochMs): number[] {
    return [...new Set([...this.#behind, ...this.silent(now - SILENT_MS / 2)])];
  }

  /** Partitions that have not been heard since an instant. */
  silent(since: EpochMs): number[] {
    return [...this.#known].filter(([, { heardAt }]) => heardAt < since).map(([p]) => p);
  }

  /** Partitions of which nothing is known yet. */
  missing(): number[] {
    return [...this.#behind].filter((partition) => !this.#known.has(partition));
  }

  /** Partitions in which other definitions are in force than their owners were given. */
  outdated(): number[] {
    return [...this.#known].filter(([, { status }]) => !status.isCurrent).map(([p]) => p);
  }

  complete(): boolean {
    return this.#known.size === this.#partitions;
  }

  /** The segments whose sum may have changed since the last call. */
  takeChanged(): ReadonlySet<SegmentId> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  count(segment: SegmentId): Count {
    return this.#sums.get(segment) ?? NOTHING;
  }

  summary(now: EpochMs): Summary {
    let [atMs, lagMs, events, customers] = [0, 0, 0, 0];
    for (const { status, heardAt } of this.#known.values()) {
      const silenceMs = now - heardAt;
      atMs = Math.max(atMs, status.atMs);
      lagMs = Math.max(lagMs, status.lagMs, silenceMs > SILENT_MS ? silenceMs : 0);
      events += status.events;
      customers += status.customers;
    }
    return { atMs, lagMs, events, customers };
  }
}
