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
  const scanned = await store.position(RELAY_SCANNED);
  const places = Array.from({ length: partitions }, async (_, partition) => ({
    sequence: await store.position(relayReader(partition)),
    number: await store.position(numberName(partition)),
    carried: await store.position(carriedName(partition)),
  }));
  return { scanned, places: await Promise.all(places) };
}

const DISTRUSTED = -1;
/** Says of what is written down that it is wrong, until a bookmark has been saved as a whole. */
export async function distrust(store: PositionStore): Promise<void> {
  await store.savePosition(RELAY_SCANNED, DISTRUSTED);
}

/** For those who know of no trigger, but what has been carried; a number for each partition. */
export function emptyBookmark(carried: readonly number[]): Bookmark {
  return { scanned: 0, places: carried.map((n) => ({ sequence: 0, number: 0, carried: n })) };
}

/**
 * Writes down what has changed. The order is one in which every beginning of it is true: a store
 * that forgets its last writes has an older bookmark, not a wrong one.
 */
export async function saveBookmark(
  store: PositionStore,
  before: Bookmark | undefined,
  now: Bookmark,
): Promise<void> {
  for (const [partition, { sequence, number, carried }] of now.places.entries()) {
    const old = before?.places[partition];
    if (old?.carried !== carried) await store.savePosition(carriedName(partition), carried);
    if (old?.number !== number) await store.savePosition(numberName(partition), number);
    if (old?.sequence !== sequence) await store.savePosition(relayReader(partition), sequence);
  }
  if (before?.scanned !== now.scanned) await store.savePosition(RELAY_SCANNED, now.scanned);
}

function numberName(partition: number): string {
  return `relay-number-${partition}`;
}

function carriedName(partition: number): string {
  return `relay-carried-${partition}`;
}
