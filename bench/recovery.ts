import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { definitionsOf } from './engine/world.ts';
import { openHouse, OwnerProcess } from './owner/house.ts';
import { Feeder, loadOf } from './owner/load.ts';
import { showSpread, spreadOf } from './support/figures.ts';

/*
 * How long a process is away that is killed: from the start of its successor to its last partition
 * being live, while events go on coming in.
 *
 *   npm run bench -- recovery [--customers 100000] [--partitions 16] [--rate 1600] [--rounds 7]
 *     [--seconds 35] [--every-seconds 30]
 */

const SECOND_MS = 1_000;

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '100000' },
    partitions: { type: 'string', default: '16' },
    /** Events a second. */
    rate: { type: 'string', default: '1600' },
    rounds: { type: 'string', default: '7' },
    /** From one kill to the next. */
    seconds: { type: 'string', default: '35' },
    'every-seconds': { type: 'string', default: '30' },
  },
});
const partitions = Number(values.partitions);
const load = loadOf(Number(values.customers));

const house = await openHouse();
const order = {
  natsUrl: house.nats.url,
  redisUrl: house.redis.url,
  partitions,
  definitions: definitionsOf(load),
  checkpointEveryMs: Number(values['every-seconds']) * SECOND_MS,
  uploadBytesPerSecondMax: 8_000_000,
};
let owner = await OwnerProcess.start(order);
await owner.until(({ isLive }) => isLive);
const feeder = await Feeder.connect(house.nats.url, partitions, load);
try {
  await feeder.introduce();
  await owner.until(({ events }) => events === feeder.sent);
  feeder.feedAt(Number(values.rate));
  const tookMs: number[] = [];
  const cpusMs: number[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    await sleep(Number(values.seconds) * SECOND_MS);
    await owner.kill();
    const startedAt = performance.now();
    owner = await OwnerProcess.start(order);
    const { events, cpuMs } = await owner.until(({ isLive }) => isLive);
    const took = performance.now() - startedAt;
    tookMs.push(took);
    cpusMs.push(cpuMs);
    const said = [`${took.toFixed(0)} ms`, `${cpuMs.toFixed(0)} ms of CPU`];
    console.log(`round ${round}: ${said.join(', ')}, ${events} events were read again`);
  }
  await feeder.rest();
  const { customers, rate } = values;
  console.log(`\nrecovery with ${customers} customers at ${rate} events/s, ms, median of`);
  console.log(`${tookMs.length} with the least and the greatest: ${showSpread(spreadOf(tookMs))}`);
  console.log(`CPU time of the process until then, ms: ${showSpread(spreadOf(cpusMs))}`);
} finally {
  await owner.kill();
  await feeder.close();
  await house.stop();
}
