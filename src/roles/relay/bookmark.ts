import type { PositionStore } from '../ports/store.ts';

/** How far a partition's transitions are dealt with: the record, and its last item. */
export interface Place {
  /** In the partition's stream of transitions; 0: nothing is known. */
  readonly sequence: number;
  readonly number: number;
}

/** Where a relay goes on. */
export interface Bookmark {
  /** Up to here `shoal-triggers` holds only what the places cover; below 0: trust none of it. */
  readonly scanned: number;
  /** One for each partition. */
  readonly places: readonly Place[];
}

const SCANNED = 'relay';

export async function loadBookmark(store: PositionStore, partitions: number): Promise<Bookmark> {
  const scanned = await store.position(SCANNED);
  const places = Array.from({ length: partitions }, async (_, partition) => ({
    sequence: await store.position(sequenceName(partition)),
    number: await store.position(numberName(partition)),
  }));
  return { scanned, places: await Promise.all(places) };
}

const DISTRUSTED = -1;
const NOWHERE: Place = { sequence: 0, number: 0 };

/** Says of what is written down that it is wrong, until a bookmark has been saved as a whole. */
export async function distrust(store: PositionStore): Promise<void> {
  await store.savePosition(SCANNED, DISTRUSTED);
}

/** For those who know nothing. */
export function emptyBookmark(partitions: number): Bookmark {
  return { scanned: 0, places: Array.from({ length: partitions }, () => NOWHERE) };
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
  for (const [partition, { sequence, number }] of now.places.entries()) {
    const old = before?.places[partition];
    if (old?.number !== number) await store.savePosition(numberName(partition), number);
    if (old?.sequence !== sequence) await store.savePosition(sequenceName(partition), sequence);
  }
  if (before?.scanned !== now.scanned) await store.savePosition(SCANNED, now.scanned);
}

function sequenceName(partition: number): string {
  return `relay-${partition}`;
}

function numberName(partition: number): string {
  return `relay-number-${partition}`;
}
