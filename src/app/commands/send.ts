import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { connectNats } from '../../adapters/nats/connect.ts';
import { createLogger } from '../../adapters/pino/logger.ts';
import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import { ShoalError } from '../../base/error.ts';
import type { DurationMs } from '../../base/time.ts';
import type { PrivateTraits } from '../../roles/gateway/ingest/private-traits.ts';
import type { Log } from '../../roles/ports/log.ts';
import { marksOf, privateTraitsOf } from '../private/traits.ts';
import { eventStream, openEventFile } from '../send/event-lines.ts';
import { LineTally } from '../send/line-tally.ts';
import { Publisher } from '../send/publisher.ts';
import { SendReport } from '../send/send-report.ts';
import { sendLines } from '../send/sending.ts';
import { fingerprint, latestEventAt } from '../send/survey.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { withRedis } from '../why/servers.ts';
import { settingsFor } from './common.ts';

const STANDARD_INPUT = '-';

interface SendFlags {
  readonly rate?: number;
  readonly shiftToNow?: boolean;
  readonly history?: boolean;
  readonly server?: string;
}

/** `shoal send`: publishes the events of a file, or of standard input. */
export function sendCommand(): Command {
  return new Command('send')
    .description('publish events from a file, or from standard input')
    .argument('<file>', 'lines of JSON, one event each; .gz is unzipped; - is standard input')
    .option('--rate <events/s>', 'at most so many events a second', parseRate)
    .option('--shift-to-now', 'move all event times so that the last one is now')
    .option('--history', 'quietly: state changes, nothing triggers; a file counts once')
    .option('--server <url>', 'the address of NATS')
    .action(async (file: string, flags: SendFlags, command: Command) => {
      const settings = settingsFor(command, { 'nats.url': flags.server });
      process.stdout.write(`${await send(file, flags, settings)}\n`);
    });
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (Number.isFinite(rate) && rate > 0) return rate;
  throw new InvalidArgumentError('A rate is a number above 0.');
}

async function send(file: string, flags: SendFlags, settings: Settings): Promise<string> {
  const mark = marksOf(settings);
  const plan = await planOf(file, flags);
  const logger = createLogger(settings.log.level, { role: 'send' });
  const options = { servers: settings.nats.url.split(','), name: 'shoal-send' };
  const nats = await connectNats(options, { clock: systemClock, logger });
  try {
    if (mark === undefined) return await run(plan, settings, nats.log);
    return await withRedis(settings, 'send', (redis) => {
      const directory = new RedisDirectory(redis, settings.cluster);
      return run(plan, settings, nats.log, privateTraitsOf(settings, mark, directory));
    });
  } finally {
    await nats.close();
    if (file === STANDARD_INPUT) process.stdin.destroy();
  }
}

interface Plan {
  readonly file: string;
  readonly producer: string;
  readonly history: boolean;
  readonly rate: number | undefined;
  readonly shiftMs: DurationMs;
}

async function planOf(file: string, flags: SendFlags): Promise<Plan> {
  const { history = false, shiftToNow = false, rate } = flags;
  if (file === STANDARD_INPUT && (history || shiftToNow)) {
    throw new ShoalError({
      code: 'wrong-usage',
      remedy: 'stop',
      message: `${history ? '--history' : '--shift-to-now'} must read the events twice`,
      where: 'standard input',
      hint: 'write them to a file first',
    });
  }
  const producer = history
    ? `file-${await fingerprint(file)}`
    : randomBytes(9).toString('base64url');
  const latestAt = shiftToNow ? await latestEventAt(file) : undefined;
  const shiftMs = latestAt === undefined ? 0 : systemClock.now() - latestAt;
  return { file, producer, history, rate, shiftMs };
}

async function run(
  plan: Plan,
  settings: Settings,
  log: Log,
  privateTraits?: PrivateTraits,
): Promise<string> {
  const { file, producer, history, rate, shiftMs } = plan;
  const isSender = settings.clock === 'sender';
  const publisher = new Publisher({
    log,
    clock: systemClock,
    partitions: settings.partitions,
    producer,
    history,
    sentAt: isSender ? (latestAt) => latestAt : () => systemClock.now(),
  });
  const isInput = file === STANDARD_INPUT;
  const lines = isInput ? eventStream(process.stdin) : await openEventFile(file);
  const report = new SendReport(process.stderr, lines.size);
  const tally = new LineTally((line, reason, detail) => report.malformed(line, reason, detail));
  const onProgress = (): void => report.progress(lines.size, tally.events);
  const isLive = !history && (isInput || rate !== undefined);
  try {
    const world = { lines, tally, publisher, privateTraits, clock: systemClock };
    const latestAt = await sendLines({ ...world, rate, shiftMs, isLive, onProgress });
    const batches = publisher.stored;
    // Where senders are the clock, partitions without a late event must hear of the time too.
    if (isSender && latestAt !== undefined) await publisher.tick(latestAt);
    return report.summary(tally, batches);
  } finally {
    report.end(tally.malformed);
  }
}
