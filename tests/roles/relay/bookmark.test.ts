import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadBookmark, saveBookmark, type Bookmark } from '../../../src/roles/relay/bookmark.ts';
import type { PositionStore } from '../../../src/roles/ports/store.ts';

const PARTITIONS = 3;

const bookmarks: fc.Arbitrary<Bookmark> = fc.record({
  scanned: fc.nat(),
  places: fc.array(fc.record({ sequence: fc.nat(), number: fc.nat(), carried: fc.nat() }), {
    minLength: PARTITIONS,
    maxLength: PARTITIONS,
  }),
});

/** A store in which others come between any two calls. */
function storeOf(scheduler: fc.Scheduler): PositionStore {
  const held = new Map<string, number>();
  const positions: PositionStore['positions'] = async (readers) => {
    await scheduler.schedule(Promise.resolve());
    return readers.map((reader) => held.get(reader) ?? 0);
  };
  const savePositions: PositionStore['savePositions'] = async (sequences) => {
    await scheduler.schedule(Promise.resolve());
    for (const [reader, sequence] of sequences) held.set(reader, sequence);
  };
  return {
    positions,
    savePositions,
    position: async (reader) => (await positions([reader]))[0] ?? 0,
    savePosition: (reader, sequence) => savePositions(new Map([[reader, sequence]])),
  };
}

test('two relays write theirs down at once: what is read is what one of them wrote', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), bookmarks, bookmarks, async (scheduler, one, other) => {
      const store = storeOf(scheduler);
      await scheduler.waitFor(saveBookmark(store, one));
      const saving = saveBookmark(store, other);
      const read = await scheduler.waitFor(loadBookmark(store, PARTITIONS));
      expect([one, other]).toContainEqual(read);
      await scheduler.waitFor(saving);
      expect(await scheduler.waitFor(loadBookmark(store, PARTITIONS))).toEqual(other);
    }),
  );
});
