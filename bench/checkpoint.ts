import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { definitionsOf } from './engine/world.ts';
import { openHouse, OwnerProcess } from './owner/house.ts';
import { Feeder, loadOf } from './owner/load.ts';
import type { OwnerFigures } from './owner/owner-process.ts';
import { ratiosOf, showSpread, spreadOf, table, type Spread } from './support/figures.ts';

/*
 * What a checkpoint costs: one owner of all partitions on real servers, its log always full, with
 * checkpoints and without in turns. Prints throughput, and the longest pause of the event loop.
 *
 *   npm run bench -- checkpoint [--customers 1000000] [--partitions 16] [--rounds 5]
 *     [--seconds 30] [--every-seconds 30]
 */

const SECOND_MS = 1_000;
/** A checkpoint of which nothing was sent for so long is at its end. */
const SETTLE_MS = 3_000;
/** As in `config/shoal.yaml`. */
const UPLOAD_BYTES_PER_SECOND_MAX = 8_000_000;

interface Slot {
  readonly eventsPerSecond: number;
  /** CPU time of the whole process an event, µs. */
  readonly micros: number;
  readonly checkpoints: number;
  readonly megabytes: number;
  readonly pauses: OwnerFigures['pauses'];
}

async function measure(owner: OwnerProcess, are: 'on' | 'off', lengthMs: number): Promise<Slot> {
  await owner.checkpoints(are);
  if (are === 'off') await settle(owner);
  const before = await owner.begin();
  const startedAt = performance.now();
  await sleep(lengthMs);
  const after = await owner.figures();
  const seconds = (performance.now() - startedAt) / SECOND_MS;
  const events = after.events - before.events;
  return {
    eventsPerSecond: events / seconds,
    micros: ((after.cpuMs - before.cpuMs) * 1_000) / events,
    checkpoints: after.checkpoints - before.checkpoints,
    megabytes: (after.checkpointBytes - before.checkpointBytes) / 1e6,
    pauses: after.pauses,
  };
}

/** What is under way when checkpoints are switched off goes to its end first. */
async function settle(owner: OwnerProcess): Promise<void> {
  for (let sent = -1; ;) {
    const { checkpointBytes } = await owner.figures();
    if (checkpointBytes === sent) return;
    sent = checkpointBytes;
    await sleep(SETTLE_MS);
  }
}

function rowOf(name: string, slots: readonly Slot[]): string[] {
  const of = (figure: (slot: Slot) => number): number => spreadOf(slots.map(figure)).median;
  const longest = (figure: (slot: Slot) => number): number => Math.max(...slots.map(figure));
  return [
    name,
    Math.round(of((slot) => slot.eventsPerSecond)).toLocaleString('en'),
    of((slot) => slot.micros).toFixed(1),
    String(of((slot) => slot.checkpoints)),
    of((slot) => slot.megabytes).toFixed(0),
    longest(({ pauses }) => pauses.ownMs).toFixed(0),
    longest(({ pauses }) => pauses.wallMs).toFixed(0),
    String(slots.reduce((sum, { pauses }) => sum + pauses.above50, 0)),
  ];
}

/**
 * Each slot with checkpoints against the mean of the two without that stand around it: while
 * windows fill, every event costs a little more than the one before.
 */
function onOverOff({ on, off }: Record<'on' | 'off', Slot[]>, of: (slot: Slot) => number): Spread {
  const figures = off.map(of);
  const around = on.map(
    (_, i) => ((figures[i] ?? Number.NaN) + (figures[i + 1] ?? Number.NaN)) / 2,
  );
  return ratiosOf(on.map(of), around);
}

const HEAD = [
  ...['checkpoints', 'events/s', 'CPU µs/event', 'checkpoints a slot', 'MB a slot'],
  ...['longest pause, ms', 'by the clock, ms', 'pauses above 50 ms'],
];

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '1000000' },
    partitions: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '30' },
    'every-seconds': { type: 'string', default: '30' },
  },
});
const partitions = Number(values.partitions);
const lengthMs = Number(values.seconds) * SECOND_MS;
const load = loadOf(Number(values.customers));

const house = await openHouse();
const owner = await OwnerProcess.start({
  natsUrl: house.nats.url,
  redisUrl: house.redis.url,
  partitions,
  definitions: definitionsOf(load),
  checkpointEveryMs: Number(values['every-seconds']) * SECOND_MS,
  uploadBytesPerSecondMax: UPLOAD_BYTES_PER_SECOND_MAX,
});
await owner.until(({ isLive }) => isLive);
const feeder = await Feeder.connect(house.nats.url, partitions, load);
try {
  await owner.checkpoints('off');
  await feeder.introduce();
  await owner.until(({ events }) => events === feeder.sent);
  const { memoryBytes } = await owner.figures();
  console.log(`${values.customers} customers, ${(memoryBytes / 1e6).toFixed(0)} MB of memory`);
  feeder.feed(async () => (await owner.figures()).events);
  const slots: Record<'on' | 'off', Slot[]> = { on: [], off: [] };
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const are of ['off', 'on'] as const) {
      const slot = await measure(owner, are, lengthMs);
      console.log(`round ${round}, ${are}: ${JSON.stringify(slot)}`);
      // The first checkpoint of each partition sends all: it is looked at, and not counted.
      if (round >= 0) slots[are].push(slot);
    }
  }
  slots.off.push(await measure(owner, 'off', lengthMs));
  await feeder.rest();
  console.log(`\n${table(HEAD, [rowOf('off', slots.off), rowOf('on', slots.on)])}\n`);
  const throughput = onOverOff(slots, (slot) => slot.eventsPerSecond);
  const micros = onOverOff(slots, (slot) => slot.micros);
  console.log(`throughput, on ÷ off: ${showSpread(throughput)}`);
  console.log(`CPU an event, on ÷ off: ${showSpread(micros)}`);
} finally {
  await owner.kill();
  await feeder.close();
  await house.stop();
}
