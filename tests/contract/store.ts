import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  CheckpointCommit,
  CheckpointStore,
  Leases,
  PositionStore,
  SeenStore,
  Suspects,
} from '../../src/roles/ports/store.ts';
import { eventually } from '../support/world.ts';

export interface StoreWorld {
  readonly checkpoints: CheckpointStore;
  readonly leases: Leases;
  readonly suspects: Suspects;
  readonly seen: SeenStore;
  readonly positions: PositionStore;
  /** Resolves when a kill loses nothing of what has been acknowledged. */
  settled(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const MANIFEST = Uint8Array.from({ length: 256 }, (_, i) => i);

/** What every adapter of the store's ports keeps. */
export function storeContract(name: string, start: () => Promise<StoreWorld>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let world: StoreWorld;
    let partition = 0;

    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    function commitOf(change: Partial<CheckpointCommit>): CheckpointCommit {
      return {
        partition,
        epoch: 1,
        generation: 0,
        commitId: 'c1',
        manifest: MANIFEST,
        chunks: [],
        ...change,
      };
    }

    async function putChunk(content: string): Promise<string> {
      const hash = createHash('sha256').update(content).digest('hex');
      await world.checkpoints.putChunk(partition, hash, Buffer.from(content));
      return hash;
    }

    test('an empty store has nothing', async () => {
      partition += 1;
      expect(await world.checkpoints.load(partition)).toBeUndefined();
      expect(await world.checkpoints.getChunk(partition, 'ab')).toBeUndefined();
      expect(await world.positions.position('nobody')).toBe(0);
    });

    test('a chunk is what its bytes were at the call', async () => {
      partition += 1;
      const bytes = Buffer.from('as it was');
      const stored = world.checkpoints.putChunk(partition, 'ab', bytes);
      bytes.fill(0);
      await stored;
      const found = await world.checkpoints.getChunk(partition, 'ab');
      expect(Buffer.from(found ?? []).toString()).toBe('as it was');
    });

    test('a commit is loaded as it was, with the manifest before it', async () => {
      partition += 1;
      const chunk = await putChunk('content');
      expect(await world.checkpoints.commit(commitOf({ chunks: [chunk] }))).toEqual({
        kind: 'committed',
      });
      const first = await world.checkpoints.load(partition);
      expect({ ...first, manifest: Uint8Array.from(first?.manifest ?? []) }).toEqual({
        epoch: 1,
        generation: 1,
        manifest: MANIFEST,
        previous: undefined,
      });
      const next = commitOf({
        generation: 1,
        commitId: 'c2',
        manifest: Uint8Array.of(7),
        epoch: 3,
      });
      expect(await world.checkpoints.commit(next)).toEqual({ kind: 'committed' });
      const second = await world.checkpoints.load(partition);
      expect(second).toMatchObject({ epoch: 3, generation: 2 });
      expect(Uint8Array.from(second?.manifest ?? [])).toEqual(Uint8Array.of(7));
      expect(Uint8Array.from(second?.previous ?? [])).toEqual(MANIFEST);
      expect(
        Buffer.from((await world.checkpoints.getChunk(partition, chunk)) ?? []).toString(),
      ).toBe('content');
    });

    test('a repeat of a commit answers as the commit did and changes nothing', async () => {
      partition += 1;
      await world.checkpoints.commit(commitOf({}));
      const again = commitOf({ manifest: Uint8Array.of(9) });
      expect(await world.checkpoints.commit(again)).toEqual({ kind: 'committed' });
      const stored = await world.checkpoints.load(partition);
      expect(stored).toMatchObject({ generation: 1, previous: undefined });
      expect(stored?.manifest).toHaveLength(MANIFEST.length);
    });

    test('an older epoch and another generation are fenced', async () => {
      partition += 1;
      await world.checkpoints.commit(commitOf({ epoch: 5 }));
      const older = commitOf({ epoch: 4, generation: 1, commitId: 'c2' });
      expect(await world.checkpoints.commit(older)).toEqual({ kind: 'fenced' });
      const stale = commitOf({ epoch: 5, generation: 0, commitId: 'c3' });
      expect(await world.checkpoints.commit(stale)).toEqual({ kind: 'fenced' });
      const ahead = commitOf({ epoch: 5, generation: 2, commitId: 'c4' });
      expect(await world.checkpoints.commit(ahead)).toEqual({ kind: 'fenced' });
      expect(await world.checkpoints.load(partition)).toMatchObject({ epoch: 5, generation: 1 });
    });

    test('an epoch that was made known fences lower ones off before anything is stored', async () => {
      partition += 1;
      expect(await world.checkpoints.fence(partition, 0)).toBe(0);
      expect(await world.checkpoints.fence(partition, 7)).toBe(7);
      expect(await world.checkpoints.fence(partition, 5)).toBe(7);
      expect(await world.checkpoints.fence(partition, 0)).toBe(7);
      expect(await world.checkpoints.load(partition)).toBeUndefined();
      expect(await world.checkpoints.commit(commitOf({ epoch: 6 }))).toEqual({ kind: 'fenced' });
      expect(await world.checkpoints.commit(commitOf({ epoch: 7 }))).toEqual({ kind: 'committed' });
      expect(await world.checkpoints.load(partition)).toMatchObject({ epoch: 7, generation: 1 });
    });

    test('a missing chunk is named and nothing is committed', async () => {
      partition += 1;
      const there = await putChunk('there');
      const gone = await putChunk('gone');
      await world.checkpoints.dropChunks(partition, [gone]);
      const commit = commitOf({ chunks: [there, gone] });
      expect(await world.checkpoints.commit(commit)).toEqual({
        kind: 'chunk-missing',
        chunk: gone,
      });
      expect(await world.checkpoints.load(partition)).toBeUndefined();
      await putChunk('gone');
      expect(await world.checkpoints.commit(commit)).toEqual({ kind: 'committed' });
    });

    test('the chunks of a partition are found, and those of others are not', async () => {
      partition += 1;
      const [one, two] = [await putChunk('one'), await putChunk('two')];
      await world.checkpoints.putChunk(partition * 10, 'ab', Buffer.from('of another one'));
      expect((await world.checkpoints.chunks(partition)).toSorted()).toEqual([one, two].toSorted());
      await world.checkpoints.dropChunks(partition, [one]);
      expect(await world.checkpoints.chunks(partition)).toEqual([two]);
      expect(await world.checkpoints.chunks(partition * 100)).toEqual([]);
    });

    test('partitions do not see each other', async () => {
      partition += 1;
      await world.checkpoints.commit(commitOf({}));
      expect(await world.checkpoints.load(partition + 1)).toBeUndefined();
    });

    test("a lease is one holder's until it is released, replaced or runs out", async () => {
      partition += 1;
      const { leases } = world;
      expect(await leases.hold(partition, 'ann', 60_000)).toBe('ann');
      expect(await leases.hold(partition, 'bob', 60_000)).toBe('ann');
      expect(await leases.hold(partition, 'ann', 60_000)).toBe('ann');
      await leases.release(partition, 'bob');
      expect(await leases.hold(partition, 'bob', 60_000, 'cem')).toBe('ann');
      expect(await leases.hold(partition, 'bob', 60_000, 'ann')).toBe('bob');
      await leases.release(partition, 'bob');
      expect(await leases.hold(partition, 'cem', 100)).toBe('cem');
      await eventually('it runs out', async () => {
        return (await leases.hold(partition, 'dan', 60_000)) === 'dan';
      });
    });

    test('suspects are counted by message and partition', async () => {
      partition += 1;
      const { suspects } = world;
      expect(await suspects.attempts(partition)).toEqual(new Map());
      expect(await suspects.add(partition, '7.1000', 1)).toBe(1);
      expect(await suspects.add(partition, '7.1000', 3)).toBe(4);
      expect(await suspects.add(partition + 1, '7.1000', 1)).toBe(1);
      expect(await suspects.attempts(partition)).toEqual(new Map([['7.1000', 4]]));
    });

    test('what was seen is the last that was saved, of each partition', async () => {
      partition += 1;
      const { seen } = world;
      expect(await seen.load(partition)).toBeUndefined();
      await seen.save(partition, MANIFEST.slice(0, 9));
      await seen.save(partition, MANIFEST);
      expect(Uint8Array.from((await seen.load(partition)) ?? [])).toEqual(MANIFEST);
      expect(await seen.load(partition + 1)).toBeUndefined();
    });

    test('a position is the last that was saved', async () => {
      await world.positions.savePosition('mailer-3', 41);
      await world.positions.savePosition('mailer-3', 42);
      expect(await world.positions.position('mailer-3')).toBe(42);
    });

    test('positions of several readers, in one write and of one moment', async () => {
      const { positions } = world;
      await positions.savePosition('left', 7);
      await positions.savePositions(
        new Map([
          ['left', 1],
          ['right', 2],
        ]),
      );
      expect(await positions.positions(['right', 'nobody', 'left'])).toEqual([2, 0, 1]);
    });

    test('away: a call says so at once; back: it works and has what was acknowledged', async () => {
      partition += 1;
      await world.checkpoints.commit(commitOf({ commitId: 'kept' }));
      await world.positions.savePosition('survivor', 7);
      await world.settled();
      await world.kill();
      await expect(world.checkpoints.load(partition)).rejects.toMatchObject({
        code: 'store-away',
        remedy: 'retry',
      });
      await world.restart();
      await eventually('the store is back', () =>
        world.positions.position('survivor').then(
          (position) => position === 7,
          () => false,
        ),
      );
      expect(await world.checkpoints.load(partition)).toMatchObject({ epoch: 1, generation: 1 });
    });
  });
}
