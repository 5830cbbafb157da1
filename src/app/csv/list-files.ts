import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { createLogger } from '../../adapters/pino/logger.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { ShoalError } from '../../base/error.ts';
import type { Fault } from './csv-reader.ts';
import { writeCsv } from './csv-writer.ts';
import { importList, rowsOf, type List } from './list.ts';
import { eventStream, openEventFile } from '../send/event-lines.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { settingsFor } from '../commands/common.ts';

/*
 * What the commands for suppressions and consents share: a connection to Redis, a table that is
 * read into it, a table that is written from it.
 */

const STANDARD_STREAM = '-';
/** Bad lines that are shown one by one; those after them are only counted. */
const SHOWN_MAX = 20;
/** Tables hold addresses: nobody else on the machine should read them. */
const OWNER_ONLY = 0o600;

type Connection = Awaited<ReturnType<typeof connectRedis>>;

/** Runs with a connection to the Redis of the settings; waits for it while there is none. */
export async function withRedis(
  command: Command,
  run: (redis: Connection, settings: Settings) => Promise<void>,
): Promise<void> {
  const { redis: server } = command.opts<{ redis?: string }>();
  const settings = settingsFor(command, { 'redis.url': server });
  const logger = createLogger(settings.log.level, { role: command.name() });
  const world = { clock: systemClock, logger };
  const redis = await connectRedis(settings.redis.url, world);
  try {
    await run(redis, settings);
  } finally {
    redis.disconnect();
  }
}

/** Reads a table from a file, or from standard input, and says how it went. */
export async function importFile<Row extends object>(
  file: string,
  list: List<Row>,
  store: (row: Row) => Promise<void>,
): Promise<void> {
  const isInput = file === STANDARD_STREAM;
  const source = isInput ? eventStream(process.stdin) : await openEventFile(file);
  let shown = 0;
  const onFault = (line: number, { what, hint }: Fault): void => {
    shown += 1;
    if (shown <= SHOWN_MAX) process.stderr.write(`line ${line}: ${what}\n  hint: ${hint}\n`);
  };
  try {
    const world = { now: systemClock.now(), store, onFault };
    const { stored, refused } = await importList(list, source.lines(), world);
    if (shown > SHOWN_MAX) process.stderr.write(`and ${shown - SHOWN_MAX} more bad lines\n`);
    process.stdout.write(`${stored} imported, ${refused} refused\n`);
  } finally {
    if (isInput) process.stdin.destroy();
  }
}

/** Writes a table to a file, or to standard output. */
export async function exportFile<Row>(
  file: string,
  list: List<Row>,
  rows: AsyncIterable<Row>,
): Promise<void> {
  const isOutput = file === STANDARD_STREAM;
  const out: Writable = isOutput ? process.stdout : createWriteStream(file, { mode: OWNER_ONLY });
  try {
    await writeCsv(list.columns, rowsOf(list, rows), out, !isOutput);
  } catch (cause) {
    // Who reads us has enough, as `head` has.
    if (isOutput && isBrokenPipe(cause)) return;
    if (cause instanceof ShoalError) throw cause;
    throw new ShoalError({
      code: 'output-unwritable',
      remedy: 'stop',
      message: `"${file}" cannot be written: ${String(cause)}`,
      hint: 'check the path, its rights and the room on the disk',
      cause,
    });
  }
}

/** Writes lines to standard output, as quickly as they are taken. */
export async function printLines(lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
