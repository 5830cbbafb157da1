import { expect, it } from 'vitest';
import { Lane, type Receipt } from '../../../../src/roles/gateway/ingest/lane.ts';
import type { Appended, Log } from '../../../../src/roles/ports/log.ts';
import { event, HeldLog } from './held-log.ts';

/** Time passes only by sleeping, and when the test says so. */
class Hand {
  at = 1_000;

  now(): number {
    return this.at;
  }

  sleep(ms: number): Promise<void> {
    this.at += ms;
    return Promise.resolve();
  }
}

function laneOn(log: Pick<Log, 'append'>, clock = new Hand()): Lane {
  const settings = { log, clock, producer: 'p', sentAt: () => clock.at, patienceMs: 2_000 };
  return new Lane(3, settings);
}

class Noted implements Receipt {
  readonly ends: (string | undefined)[] = [];

  settle(failure: Error | undefined): void {
    this.ends.push(failure === undefined ? 'stored' : failure.message);
  }
}

const stampsOf = (log: HeldLog) =>
  log.appended.map(({ message }) => 'stamp' in message && message.stamp?.n);

it('tells each receipt when its message is stored, and sends the next one then (1, 2)', async () => {
  const log = new HeldLog();
  const lane = laneOn(log);
  const [first, second] = [new Noted(), new Noted()];
  lane.add(event('a'), first);
  lane.add(event('b'), first);
  lane.cut();
  lane.add(event('c'), second);
  lane.cut();
  expect(log.appended).toHaveLength(1);
  expect(lane.queued).toBe(2);
  log.appended[0]?.answer('stored');
  await expect.poll(() => log.appended).toHaveLength(2);
  expect([first.ends, second.ends]).toEqual([['stored', 'stored'], []]);
  log.appended[1]?.answer('stored');
  await lane.settled();
  expect([second.ends, lane.stored, lane.queued]).toEqual([['stored'], 2, 0]);
  expect(stampsOf(log)).toEqual([1, 2]);
});

it('repeats under the same number, and gives up after its patience (3, 4)', async () => {
  const log = new HeldLog();
  const clock = new Hand();
  const lane = laneOn(log, clock);
  const noted = new Noted();
  log.always = 'unknown';
  lane.add(event('a'), noted);
  lane.cut();
  lane.add(event('b'), noted);
  await lane.settled();
  expect(new Set(stampsOf(log))).toEqual(new Set([1]));
  expect(noted.ends).toEqual([lane.failure?.message, lane.failure?.message]);
  expect(lane.failure).toMatchObject({ code: 'log-silent', remedy: 'retry' });
  log.always = 'stored';
  lane.add(event('c'), noted);
  lane.cut();
  await lane.settled();
  expect([noted.ends.at(-1), stampsOf(log).at(-1), lane.failure]).toEqual(['stored', 2, undefined]);
});

it.each([
  ['again once it is stored', ['stored'] as const, true],
  ['not when it was sent twice: the first may still wait', ['unknown', 'stored'] as const, false],
])('writes into the memory of a message %s', async (_, answers, isReused) => {
  const bodies: Uint8Array[] = [];
  const kinds: Appended['kind'][] = [...answers];
  const log = {
    append: async (_subject: string, body: Uint8Array): Promise<Appended> => {
      bodies.push(body);
      const kind = kinds.shift() ?? 'stored';
      return kind === 'stored' ? { kind, sequence: bodies.length } : { kind: 'unknown' };
    },
  };
  const lane = laneOn(log);
  for (let i = 0; i < 4; i++) {
    lane.add(event('a', { properties: { list: Array<string>(300).fill(`${i}`.repeat(60)) } }));
    lane.cut();
    await lane.settled();
  }
  const [first, ...later] = bodies.map(({ buffer }) => buffer);
  expect(later.slice(answers.length - 1).includes(first ?? new ArrayBuffer())).toBe(isReused);
});

it('says that the log is full when it is', async () => {
  const log = new HeldLog();
  log.always = 'full';
  const lane = laneOn(log);
  lane.add(event('a'));
  lane.cut();
  await lane.settled();
  expect(lane.failure).toMatchObject({ code: 'log-full' });
});

it('can be given up while an answer is awaited, and goes on when that comes', async () => {
  const log = new HeldLog();
  const clock = new Hand();
  const lane = laneOn(log, clock);
  const [first, second] = [new Noted(), new Noted()];
  lane.add(event('a'), first);
  lane.cut();
  expect(lane.isStuck(clock.at)).toBe(false);
  clock.at += 2_000;
  expect(lane.isStuck(clock.at)).toBe(true);
  lane.giveUp();
  expect([first.ends.length, lane.queued]).toEqual([1, 0]);
  // The one in doubt still keeps the next one back.
  lane.add(event('b'), second);
  lane.cut();
  expect([log.appended.length, lane.isStuck(clock.at)]).toEqual([1, true]);
  log.appended[0]?.answer('stored');
  await expect.poll(() => log.appended).toHaveLength(2);
  log.appended[1]?.answer('stored');
  await lane.settled();
  expect([first.ends.length, second.ends]).toEqual([1, ['stored']]);
});

it('cuts what NATS would not take in one message', async () => {
  const log = new HeldLog();
  log.always = 'stored';
  const lane = laneOn(log);
  const noted = new Noted();
  const text = 'x'.repeat(100_000);
  for (let i = 0; i < 12; i++) lane.add(event(`c${i}`, { properties: { text } }), noted);
  lane.cut();
  await lane.settled();
  expect(log.appended).toHaveLength(3);
  expect(log.events.map(({ customer }) => customer)).toEqual(
    Array.from({ length: 12 }, (_, i) => `c${i}`),
  );
  expect(noted.ends).toHaveLength(12);
});
