import { RELAY_SCANNED, relayReader } from '../ports/reader-name.ts';
import type { PositionStore } from '../ports/store.ts';

/** How far a partition's transitions are dealt with: the record, and its last item. */
export interface Place {
  /** In the partition's stream of transitions; 0: nothing is known. */
  readonly sequence: number;
  /** Up to here triggers are stored. */
  readonly number: number;
  /** Up to here what is passed on has arrived; it holds whatever `shoal-triggers` has lost. */
  readonly carried: number;
}

/** Where a relay goes on. */
export interface Bookmark {
  /** Up to here `shoal-triggers` holds only what the places cover; below 0: trust none of it. */
  readonly scanned: number;
  /** One for each partition. */
  readonly places: readonly Place[];
}

export async function loadBookmark(store: PositionStore, partitions: number): Promise<Bookmark> {
  const names = Array.from({ length: partitions }, (_, partition) => namesOf(partition)).flat();
  const [scanned = 0, ...rest] = await store.positions([RELAY_SCANNED, ...names]);
  const places = Array.from({ length: partitions }, (_, partition): Place => {
    const [sequence = 0, number = 0, carried = 0] = rest.slice(partition * NAMES);
    return { sequence, number, carried };
  });
  return { scanned, places };
}

const DISTRUSTED = -1;
/** Says of what is written down that it is wrong, until a bookmark has been saved. */
export async function distrust(store: PositionStore): Promise<void> {
  await store.savePosition(RELAY_SCANNED, DISTRUSTED);
}

/** For those who know of no trigger, but what has been carried; a number for each partition. */
export function emptyBookmark(carried: readonly number[]): Bookmark {
  return { scanned: 0, places: carried.map((n) => ({ sequence: 0, number: 0, carried: n })) };
}

/**
 * Writes down a bookmark as a whole: another relay may write down its own at the same time, and one
 * made of both would be wrong. Either of them is true, the older one too.
 */
export async function saveBookmark(
  store: PositionStore,
  { scanned, places }: Bookmark,
): Promise<void> {
  const positions = new Map([[RELAY_SCANNED, scanned]]);
  for (const [partition, { sequence, number, carried }] of places.entries()) {
    const values = [sequence, number, carried];
    for (const [i, name] of namesOf(partition).entries()) positions.set(name, values[i] ?? 0);
  }
  await store.savePositions(positions);
}

const NAMES = 3;

/** Where the parts of a place are written down: sequence, number, carried. */
function namesOf(partition: number): [string, string, string] {
  return [relayReader(partition), `relay-number-${partition}`, `relay-carried-${partition}`];
}
