import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../base/time.ts';
import { runDemo } from '../demo/demo.ts';
import { startDemoServers } from '../demo/servers.ts';
import { freePort, isFree } from '../local/loopback.ts';
import { LIVE_RATE_DEFAULT } from '../shop/live-shop.ts';
import { stopSignal } from '../stop-signal.ts';
import { settingsFor } from './common.ts';

const CUSTOMERS_DEFAULT = 20_000;
const PORT_DEFAULT = 8_686;
const SECRET_BYTES = 24;

interface DemoFlags {
  readonly customers: number;
  readonly seed: number;
  readonly rate: number;
  readonly speed: number;
  readonly for?: number;
  readonly port?: string;
}

/** `shoal demo`: a shop on servers of its own, live. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('a shop of its own: a year of history, live traffic, letters in an inbox')
    .option('--for <duration>', 'end by itself, such as 60s', parseLength)
    .option('--customers <n>', 'how many people the shop has', parsePositive, CUSTOMERS_DEFAULT)
    .option('--rate <events/s>', 'live events a second', parsePositive, LIVE_RATE_DEFAULT)
    .option(
      '--speed <factor>',
      'a time machine: the shop lives so many times as fast',
      parsePositive,
      1,
    )
    .option('--seed <n>', 'the same seed, the same shop', parsePositive, 1)
    .option('--port <port>', 'where the page is served (default: 8686, or any when it is taken)')
    .action(async (flags: DemoFlags, command: Command) => demo(flags, command));
}

async function demo(flags: DemoFlags, command: Command): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const stopping = stopSignal();
  say('Starting nats-server, redis-server and an inbox of our own …');
  const servers = await startDemoServers();
  try {
    const port = await pagePort(flags.port);
    const settings = settingsFor(command, {
      'nats.url': servers.natsUrl,
      'redis.url': servers.redisUrl,
      'smtp.port': String(servers.inbox.port),
      'smtp.host': '127.0.0.1',
      'http.port': port,
      // Links of letters lead to us, tell of clicks and openings, and nobody else can make them.
      'mail.publicUrl': `http://127.0.0.1:${port}`,
      'mail.secret': randomBytes(SECRET_BYTES).toString('base64url'),
      'mail.opens': 'true',
      // The shop writes into the log itself, where nothing is taken out.
      privateAttributes: '',
      'log.level': process.env['SHOAL_LOG_LEVEL'] ?? 'warn',
      clock: flags.speed === 1 ? 'broker' : 'sender',
    });
    const { customers, seed, rate, speed } = flags;
    const options = { customers, seed, rate, speed, forMs: flags.for };
    await runDemo(settings, options, servers, { say, stopping });
  } finally {
    await servers.stop();
  }
}

/**
 * The port that is wished for; else the usual one, so that a bookmark works, or a free one where
 * something listens there already.
 */
async function pagePort(wish: string | undefined): Promise<string> {
  if (wish !== undefined && wish !== '0') return wish;
  const isUsual = wish === undefined && (await isFree(PORT_DEFAULT));
  return String(isUsual ? PORT_DEFAULT : await freePort());
}

function parseLength(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('A duration is a whole number and s, m, h, d or w.');
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It is a number above 0.');
}
