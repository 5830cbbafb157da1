import { expect, onTestFinished, test } from 'vitest';
import { UTC } from '../../../../src/base/zone.ts';
import { Partition } from '../../../../src/engine/partition.ts';
import type { PartitionSettings } from '../../../../src/engine/protocol.ts';
import { Pump } from '../../../../src/roles/owner/apply/pump.ts';
import { Rejects } from '../../../../src/roles/owner/apply/rejects.ts';
import { joinSection } from '../../../../src/roles/owner/checkpoint/chunks.ts';
import type { Snapshot } from '../../../../src/roles/owner/checkpoint/checkpoint-writer.ts';
import { ChunkBuffers } from '../../../../src/roles/owner/checkpoint/state-copy.ts';
import { ownerFigures } from '../../../../src/roles/owner/figures.ts';
import { Outbox } from '../../../../src/roles/owner/publish/outbox.ts';
import { PublishLane } from '../../../../src/roles/owner/publish/publish-lane.ts';
import { RecordWriter } from '../../../../src/roles/owner/publish/record-writer.ts';
import { Turns } from '../../../../src/roles/owner/turns.ts';
import type { OwnerSettings, OwnerWorld } from '../../../../src/roles/owner/world.ts';
import type { StoredMessage } from '../../../../src/roles/ports/log.ts';
import type { CustomerEvent } from '../../../../src/rules/event.ts';
import { parseSegments } from '../../../../src/rules/folder.ts';
import { encodeEvents } from '../../../../src/wire/log-codec.ts';
import { track } from '../../../support/owner.ts';
import { SILENT_LOGGER } from '../../../support/quiet-world.ts';
import { RecordingMetrics } from '../../../support/world.ts';

const ENGINE: PartitionSettings = {
  clock: 'broker',
  graceMs: 0,
  dedupWindowMs: 1_000,
  dedupIdsMax: 10,
  partitions: 1,
};
const LOOKING = 'rule: { event: Product Viewed, within: 10s }\n';
const TOLD = { n: 0, chain: '0'.repeat(16), source: 0, sourceAt: 0, sourceItems: 0 };

/** A clock in whose time every slice is over as soon as it has begun. */
function hasty(): OwnerWorld['clock'] {
  let now = 0;
  return { now: () => (now += 1_000), sleep: () => Promise.resolve() };
}

/** A pump behind which nothing is published. */
function pumpOf(turns: Turns, signal: AbortSignal, engine: Partition): Pump {
  const metrics = new RecordingMetrics();
  const figures = ownerFigures(metrics);
  // Nothing else of the world is asked for where nothing is published and nothing fails.
  const world = { clock: hasty(), logger: SILENT_LOGGER, metrics } as unknown as OwnerWorld;
  const settings = {
    engine: ENGINE,
    definitions: { segments: [], campaigns: [], zone: UTC },
  } as unknown as OwnerSettings;
  const place = { world, settings, figures, turns, partition: 0, signal };
  const writer = new RecordWriter(place, 1, signal);
  const outbox = new Outbox([]);
  const lane = new PublishLane(
    { ...place, writer, outbox, onFailure: () => undefined },
    { ...TOLD, epoch: 1, sequence: 1 },
  );
  return new Pump(
    {
      ...place,
      lane,
      gate: { isHolding: false, pass: () => [], checkReached: () => undefined },
      rejects: new Rejects(world, figures),
      putAside: new Set(),
      buffers: new ChunkBuffers(),
      seen: { take: () => undefined },
      notes: { look: () => false },
    },
    {
      engine,
      place: { streamCreatedAt: '', sequence: 0, storedAt: 0, crc: 0 },
      fingerprints: [],
      definitionsHash: '',
      outbox: [],
      told: TOLD,
    },
  );
}

function message(
  sequence: number,
  events: readonly CustomerEvent[],
  storedAt = sequence,
): StoredMessage {
  const stamp = { producer: 'test', n: sequence };
  const encoded = encodeEvents(events, { stamp, sentAt: storedAt });
  return { subject: 'shoal.events.0', sequence, storedAt, ...encoded };
}

function order(sequence: number, customer: string): StoredMessage {
  return message(sequence, [track(customer, 'Order Completed', 1)]);
}

function restored(snapshot: Snapshot | undefined): Partition {
  const sections = snapshot?.sections ?? [];
  const joined = sections.map(({ chunks, ...rest }) =>
    joinSection({ ...rest, chunks: [] }, chunks),
  );
  return Partition.restore(ENGINE, joined);
}

function begin(engine = new Partition(ENGINE)): {
  pump: Pump;
  turns: Turns;
  abort: AbortController;
} {
  const turns = new Turns();
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  return { pump: pumpOf(turns, abort.signal, engine), turns, abort };
}

test('while the state is copied nothing is applied, and then it goes on (4)', async () => {
  const { pump, abort } = begin();
  await pump.handle([order(1, 'ann')]);
  const copying = pump.snapshot(abort.signal);
  const applying = pump.handle([order(2, 'bob'), order(3, 'cem')]);
  let customersWhenCopied = 0;
  void copying.then(() => (customersWhenCopied = pump.engine.customerCount()));
  const snapshot = await copying;
  await applying;
  expect(customersWhenCopied).toBe(1);
  expect(pump.engine.customerCount()).toBe(3);
  const copy = restored(snapshot);
  expect([copy.customerCount(), copy.events, snapshot?.manifest.sequence]).toEqual([1, 1, 1]);
});

test('a copy that is begun among messages holds those before it, and none behind (4)', async () => {
  const { pump, turns, abort } = begin();
  const applying = pump.handle(Array.from({ length: 50 }, (_, i) => order(i + 1, `c${i}`)));
  for (let i = 0; i < 20; i++) await turns.next();
  const snapshot = await pump.snapshot(abort.signal);
  await applying;
  const copy = restored(snapshot);
  expect(snapshot?.manifest.sequence).toBeGreaterThan(0);
  expect(snapshot?.manifest.sequence).toBeLessThan(50);
  expect(copy.customerCount()).toBe(snapshot?.manifest.sequence);
  expect(pump.engine.customerCount()).toBe(50);
});

test('the event loop gets its turn between pieces, and a copy ends with its signal (2)', async () => {
  const { pump } = begin();
  await pump.handle([order(1, 'ann')]);
  const abort = new AbortController();
  const copying = pump.snapshot(abort.signal);
  const reason = new Error('the owner stops');
  setImmediate(() => abort.abort(reason));
  await expect(copying).rejects.toBe(reason);
  await pump.handle([order(2, 'bob')]);
  expect(pump.engine.customerCount()).toBe(2);
});

test('many timers before a message fire in turns; amidst it there is no snapshot (2, 3)', async () => {
  const segments = parseSegments([{ name: 'looking.yaml', text: LOOKING }], '');
  const engine = new Partition(ENGINE, { segments, campaigns: [], zone: UTC });
  const { pump, turns, abort } = begin(engine);
  const lookers = Array.from({ length: 2_000 }, (_, i) => track(`c${i}`, 'Product Viewed', 1));
  for (let i = 0; i < 8; i++) await pump.handle([message(i + 1, lookers.splice(0, 250), 1)]);
  expect(engine.counts().get('looking')?.members).toBe(2_000);
  const applying = pump.handle([message(9, [], 60_000)]);
  const seen = new Set<number>();
  const snapshots: unknown[] = [];
  const progress = { isOver: false };
  void applying.then(() => (progress.isOver = true));
  while (!progress.isOver) {
    await turns.next();
    const members = engine.counts().get('looking')?.members ?? 0;
    if (members > 0 && members < 2_000) snapshots.push(await pump.snapshot(abort.signal));
    seen.add(members);
  }
  expect(seen.size).toBeGreaterThan(5);
  expect(snapshots.length).toBeGreaterThan(3);
  expect(snapshots.every((snapshot) => snapshot === undefined)).toBe(true);
  expect(engine.counts().get('looking')?.members).toBe(0);
  expect((await pump.snapshot(abort.signal))?.manifest.sequence).toBe(9);
});
