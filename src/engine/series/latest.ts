import { NEVER, type EpochMs } from '../../base/time.ts';
import type { LatestShape } from '../../compile/condition.ts';
import type { Single } from './behaviour.ts';
import type { Cells } from './cells.ts';

/*
 * The latest event and the latest of those that may follow it. Cells: instant, place, whether it
 * passes `having`; then instant and place of what follows, and of what must not follow.
 *
 * 1. Of two events at one instant the later in the log is the later; a place of 0 stands for none.
 * 2. What was kept before a join has a place below 0: those events were all before what comes.
 */

const AT = 0;
const PLACE = 1;
const HAVING = 2;
const FOLLOWED = 3;
const NOT_FOLLOWED = 5;
const CELLS = 7;

export function latest(shape: LatestShape): Single {
  const { window, atLeastAgoMs, having, needsFollowed, needsNotFollowed } = shape;
  return {
    take: (cells, { event, at, place }, part) => {
      const cell = part === 'main' ? AT : part === 'followedBy' ? FOLLOWED : NOT_FOLLOWED;
      if (cells.length === 0) cells.lengthen(CELLS);
      if (cells.get(cell + 1) !== 0 && cells.get(cell) > at) return false;
      cells.set(cell, at);
      cells.set(cell + 1, place);
      if (part === 'main') cells.set(HAVING, having(event.properties, event.context) ? 1 : 0);
      return true;
    },
    join: (cells, from) => {
      if (cells.length === 0) cells.lengthen(CELLS);
      const theirs = [AT, FOLLOWED, NOT_FOLLOWED].filter((cell) => takeOver(cells, cell, from));
      if (theirs.includes(AT)) cells.set(HAVING, from[HAVING] ?? 0);
      putBefore(cells, theirs);
    },
    holds: (cells, now) => {
      if (cells.length === 0 || cells.get(PLACE) === 0 || cells.get(HAVING) === 0) return false;
      const at = cells.get(AT);
      if (now - at < atLeastAgoMs) return false;
      if (needsFollowed && !isLater(cells, FOLLOWED)) return false;
      if (needsNotFollowed && isLater(cells, NOT_FOLLOWED)) return false;
      if (window.kind === 'lasting') return window.covers(at);
      return window.entersAt(at) <= now && now < window.leavesAt(at);
    },
    nextAt: (cells, now) => {
      if (cells.length === 0 || cells.get(PLACE) === 0) return NEVER;
      const at = cells.get(AT);
      let next = after(at + atLeastAgoMs, now);
      if (window.kind === 'sliding') {
        next = Math.min(next, after(window.entersAt(at), now), after(window.leavesAt(at), now));
      }
      return next;
    },
    kept: (cells) => ({
      of: 'latest',
      at: instantIn(cells, AT),
      passes: cells.length > 0 && cells.get(HAVING) === 1,
      followedAt: instantIn(cells, FOLLOWED),
      notFollowedAt: instantIn(cells, NOT_FOLLOWED),
    }),
  };
}

/** Takes over another's event, and its place, where it is later. @returns whether it was */
function takeOver(cells: Cells, cell: number, from: readonly number[]): boolean {
  const [at = 0, place = 0] = from.slice(cell, cell + 2);
  if (place === 0 || (cells.get(cell + 1) !== 0 && cells.get(cell) >= at)) return false;
  cells.set(cell, at);
  cells.set(cell + 1, place);
  return true;
}

/**
 * Gives the events new places: first another's, then the customer's own, each in their order; one
 * event keeps one place. They are below 0, so that whatever comes has a later one.
 */
function putBefore(cells: Cells, theirs: readonly number[]): void {
  const rank = (cell: number): number => (theirs.includes(cell) ? 0 : 1);
  const isBefore = (one: number, other: number): boolean =>
    rank(one) < rank(other) ||
    (rank(one) === rank(other) && cells.get(one + 1) < cells.get(other + 1));
  const placed = [AT, FOLLOWED, NOT_FOLLOWED].filter((cell) => cells.get(cell + 1) !== 0);
  const places = placed.map((cell) => placed.filter((other) => isBefore(other, cell)).length);
  for (const [i, cell] of placed.entries()) cells.set(cell + 1, (places[i] ?? 0) - placed.length);
}

/** The instant in a cell whose place stands behind it; undefined where none was. */
function instantIn(cells: Cells, cell: number): EpochMs | undefined {
  return cells.length === 0 || cells.get(cell + 1) === 0 ? undefined : cells.get(cell);
}

function isLater(cells: Cells, cell: number): boolean {
  if (cells.get(cell + 1) === 0) return false;
  const difference = cells.get(cell) - cells.get(AT);
  return difference > 0 || (difference === 0 && cells.get(cell + 1) > cells.get(PLACE));
}

function after(at: EpochMs, now: EpochMs): EpochMs {
  return at > now ? at : NEVER;
}
