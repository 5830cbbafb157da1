import { NEVER, type EpochMs } from '../../base/time.ts';
import type { CompiledWindow } from '../../compile/window.ts';
import type { Single } from './behaviour.ts';
import type { Cells } from './cells.ts';

/** The customer's first such event ever: one cell, its instant. */
export function first(window: CompiledWindow): Single {
  const keep = (cells: Cells, at: EpochMs): boolean => {
    if (cells.length > 0 && cells.get(0) <= at) return false;
    if (cells.length === 0) cells.lengthen(1);
    cells.set(0, at);
    return true;
  };
  return {
    take: (cells, { at }) => keep(cells, at),
    join: (cells, [at = NEVER]) => {
      keep(cells, at);
    },
    holds: (cells, now) => {
      if (cells.length === 0) return false;
      const at = cells.get(0);
      if (window.kind === 'lasting') return window.covers(at);
      return window.entersAt(at) <= now && now < window.leavesAt(at);
    },
    nextAt: (cells, now) => {
      if (cells.length === 0 || window.kind === 'lasting') return NEVER;
      const at = cells.get(0);
      const [enters, leaves] = [window.entersAt(at), window.leavesAt(at)];
      if (enters > now) return enters;
      return leaves > now ? leaves : NEVER;
    },
    kept: (cells) => ({ of: 'first', at: cells.length === 0 ? undefined : cells.get(0) }),
  };
}
