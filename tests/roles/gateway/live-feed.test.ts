import { beforeEach, describe, expect, it } from 'vitest';
import { LiveFeed } from '../../../src/roles/gateway/live-feed.ts';
import { PartitionStatuses } from '../../../src/roles/gateway/partition-statuses.ts';
import type { Socket } from '../../../src/roles/ports/http.ts';
import { count, status } from './status.ts';

/** A peer whose reading the test decides. */
class Peer implements Socket {
  readonly frames: unknown[] = [];
  waiting = 0;
  full = false;

  send(text: string): boolean {
    if (!this.full) this.frames.push(JSON.parse(text));
    return !this.full;
  }

  waitingBytes(): number {
    return this.waiting;
  }

  close(): void {}
}

let now = 0;
let statuses = new PartitionStatuses(1);
let feed = newFeed();
let peer = new Peer();

function newFeed(): LiveFeed {
  const nothing = { add: () => undefined, set: () => undefined };
  return new LiveFeed({
    statuses,
    segments: new Set(['vip', 'lapsed']),
    clock: { now: () => now, sleep: async () => undefined },
    sockets: nothing,
    frames: nothing,
    delayed: nothing,
  });
}

beforeEach(() => {
  now = 1_000;
  statuses = new PartitionStatuses(1);
  feed = newFeed();
  peer = new Peer();
  feed.open(peer);
});

function subscribe(message: unknown): void {
  feed.message(peer, typeof message === 'string' ? message : JSON.stringify(message));
}

const ALL = { type: 'subscribe', segments: ['*'] };

describe('the first frame (1)', () => {
  it('waits until every partition is known, then names every segment', () => {
    subscribe(ALL);
    feed.beat();
    expect(peer.frames).toEqual([]);
    statuses.take(status({ atMs: 86_400_000, lagMs: 4, counts: { vip: count(2, 3, 1) } }), now);
    feed.beat();
    expect(peer.frames).toEqual([
      {
        type: 'counts',
        at: '1970-01-02T00:00:00.000Z',
        lagMs: 4,
        counts: { vip: count(2, 3, 1), lapsed: count(0) },
      },
    ]);
  });

  it('holds only what was asked for, and totals when they were', () => {
    statuses.take(status({ events: 9, customers: 5, counts: { vip: count(1) } }), now);
    subscribe({ type: 'subscribe', segments: ['lapsed'], totals: true });
    feed.beat();
    expect(peer.frames).toMatchObject([
      { counts: { lapsed: count(0) }, totals: { events: 9, customers: 5 } },
    ]);
  });

  it('comes again for a new subscription', () => {
    statuses.take(status({ counts: { vip: count(1) } }), now);
    subscribe(ALL);
    feed.beat();
    subscribe({ type: 'subscribe', segments: ['vip'] });
    feed.beat();
    expect(peer.frames).toMatchObject([{}, { counts: { vip: count(1) } }]);
  });

  it('is not for a socket that did not ask', () => {
    statuses.take(status(), now);
    feed.beat();
    expect(peer.frames).toEqual([]);
  });
});

describe('later frames (2, 3)', () => {
  beforeEach(() => {
    statuses.take(status({ counts: { vip: count(1), lapsed: count(1) } }), now);
    subscribe(ALL);
    feed.beat();
    peer.frames.length = 0;
  });

  function change(sequence: number, counts: Record<string, ReturnType<typeof count>>): void {
    statuses.take(status({ sequence, full: false, counts }), now);
  }

  it('hold what changed since, and nothing is sent when nothing did', () => {
    feed.beat();
    expect(peer.frames).toEqual([]);
    change(2, { vip: count(2) });
    change(3, { vip: count(3) });
    feed.beat();
    expect(peer.frames).toMatchObject([{ counts: { vip: count(3) } }]);
    expect(Object.keys(peer.frames[0]?.['counts' as never] ?? {})).toEqual(['vip']);
  });

  it('come once a second at least, without counts', () => {
    now += 999;
    feed.beat();
    expect(peer.frames).toEqual([]);
    now += 1;
    feed.beat();
    feed.beat();
    expect(peer.frames).toMatchObject([{ counts: {} }]);
  });

  it.each([
    ['still has something waiting', { waiting: 1, full: false }],
    ['drops them', { waiting: 0, full: true }],
  ])('gather while the socket %s', (_, slow) => {
    Object.assign(peer, slow);
    change(2, { vip: count(2) });
    feed.beat();
    change(3, { lapsed: count(0, 1, 1) });
    feed.beat();
    expect(peer.frames).toEqual([]);
    Object.assign(peer, { waiting: 0, full: false });
    feed.beat();
    expect(peer.frames).toMatchObject([{ counts: { vip: count(2), lapsed: count(0, 1, 1) } }]);
  });

  it('do not go to a socket that was closed', () => {
    feed.close(peer);
    change(2, { vip: count(2) });
    feed.beat();
    expect(peer.frames).toEqual([]);
  });
});

describe('a message that cannot be served', () => {
  it.each([
    'hello',
    '[]',
    '{}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","segments":[]}',
    '{"type":"subscribe","segments":[1]}',
    '{"type":"subscribe","segments":["*"],"extra":1}',
  ])('gets a frame that says so: %s', (text) => {
    subscribe(text);
    expect(peer.frames).toMatchObject([
      { type: 'error', code: 'bad-message', hint: expect.stringContaining('"subscribe"') },
    ]);
  });

  it('names the segments that do not exist, and those that do', () => {
    subscribe({ type: 'subscribe', segments: ['vip', 'vips'] });
    expect(peer.frames).toEqual([
      {
        type: 'error',
        code: 'unknown-segment',
        message: 'segment "vips" does not exist',
        hint: 'there are vip, lapsed',
      },
    ]);
    statuses.take(status(), now);
    feed.beat();
    expect(peer.frames).toHaveLength(1);
  });
});
