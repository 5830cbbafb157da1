import type { Count } from '../../../src/engine/effect.ts';
import type { PartitionStatus } from '../../../src/wire/live.ts';

/** A status of partition 0 with what a test says about it. */
export function status(told: Partial<PartitionStatus> = {}): PartitionStatus {
  return {
    partition: 0,
    boot: 'first',
    sequence: 1,
    full: true,
    isCurrent: true,
    atMs: 0,
    lagMs: 0,
    events: 0,
    customers: 0,
    counts: {},
    ...told,
  };
}

export function count(members: number, entered = members, exited = 0): Count {
  return { members, entered, exited };
}
