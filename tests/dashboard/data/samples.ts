import type { Sample } from '../../../src/dashboard/data/history.ts';
import type { Count } from '../../../src/dashboard/data/live-state.ts';

/** A sample of one segment, `vip`; the second at which it was taken, then its figures. */
export function sample(atSecond: number, count: Partial<Count>, events?: number): Sample {
  const vip = { members: 0, entered: 0, exited: 0, ...count };
  return { atMs: atSecond * 1_000, events, counts: new Map([['vip', vip]]) };
}

/** What stands in the history while the page was not connected. */
export function gap(atSecond: number): Sample {
  return { atMs: atSecond * 1_000, events: undefined, counts: undefined };
}
