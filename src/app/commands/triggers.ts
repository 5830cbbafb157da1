import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { createLogger } from '../../adapters/pino/logger.ts';
import { parseDuration, parseInstant, type EpochMs } from '../../base/time.ts';
import { connectLog } from '../service/role-context.ts';
import type { Settings } from '../settings.ts';
import { stopSignal } from '../stop-signal.ts';
import { systemClock } from '../system-clock.ts';
import { triggerLines, type Wish } from '../triggers/trigger-lines.ts';
import { settingsFor } from './common.ts';

interface TriggersFlags {
  readonly follow?: boolean;
  readonly since?: EpochMs;
  readonly quiet?: boolean;
  readonly server?: string;
}

/** `shoal triggers`: shows what the relay has published. */
export function triggersCommand(): Command {
  return new Command('triggers')
    .description('print triggers as lines of JSON')
    .argument('[segment]', 'only the entries and exits of this segment')
    .option('--follow', 'go on printing, from now on unless --since is given')
    .option(
      '--since <when>',
      'only what was published since: 10m ago, or an ISO instant',
      parseSince,
    )
    .option('--quiet', 'also what announces nothing: backfills, imports, changed definitions')
    .option('--server <url>', 'the address of NATS')
    .action(async (segment: string | undefined, flags: TriggersFlags, command: Command) => {
      const settings = settingsFor(command, { 'nats.url': flags.server });
      const { follow = false, quiet = false, since } = flags;
      await print(settings, { segment, quiet, since, follow });
    });
}

async function print(settings: Settings, wish: Wish): Promise<void> {
  const stopping = stopSignal();
  const { signal } = stopping;
  // Who reads us has enough, as `head` has.
  process.stdout.on('error', () => stopping.abort());
  const logger = createLogger(settings.log.level, { role: 'triggers' });
  try {
    const nats = await connectLog(settings, logger, 'triggers', signal);
    try {
      await triggerLines(nats.log, wish, (lines) => write(lines, signal), signal);
    } finally {
      await nats.close();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function write(lines: readonly string[], signal: AbortSignal): Promise<void> {
  const hasRoom = process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  if (!hasRoom) await once(process.stdout, 'drain', { signal });
}

function parseSince(text: string): EpochMs {
  const ms = parseDuration(text);
  const at = ms === undefined ? parseInstant(text) : systemClock.now() - ms;
  if (at !== undefined) return at;
  throw new InvalidArgumentError(
    'It is a duration such as 10m, or an instant such as 2026-01-31T12:00:00Z.',
  );
}
