import { Command, Option } from 'commander';
import { RedisLedger } from '../../adapters/redis/ledger.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { standings, tallies, unknownLetters, type Standing } from '../why/campaigns.ts';
import { withNats, withRedis } from '../why/servers.ts';
import { timeWords, type TimeWords } from '../why/times.ts';
import { zoneOf } from '../zone.ts';
import { settingsFor } from './common.ts';

interface CampaignsFlags {
  readonly letters?: boolean;
  readonly unknown?: boolean;
  readonly format: 'text' | 'json';
}

/** `shoal campaigns`: who waits for which letter, and what became of those that were written. */
export function campaignsCommand(): Command {
  return new Command('campaigns')
    .description('how many wait for the letter of each campaign, and when the next is due')
    .option('--letters', 'count the letters of the ledger too, by state: looks at all of them')
    .option('--unknown', 'list the letters of which nobody knows whether they arrived')
    .addOption(
      new Option('--format <format>', 'what is printed').choices(['text', 'json']).default('text'),
    )
    .action(async (flags: CampaignsFlags, command: Command) => {
      const settings = settingsFor(command);
      const time = timeWords(zoneOf(settings.timezone, systemClock.now()));
      if (flags.unknown === true) await printUnknown(settings, flags, time);
      else await printStandings(settings, flags, time);
    });
}

async function printStandings(
  settings: Settings,
  { letters = false, format }: CampaignsFlags,
  time: TimeWords,
): Promise<void> {
  const waiting = await withNats(settings, 'campaigns', ({ bus }) =>
    standings(bus, settings.partitions),
  );
  const found = letters
    ? await withLedger(settings, (ledger) => tallies(ledger, waiting))
    : waiting;
  if (format === 'json') {
    for (const standing of found) process.stdout.write(`${JSON.stringify(standing)}\n`);
    return;
  }
  if (found.length === 0) process.stdout.write('no campaigns are in force\n');
  const width = Math.max(...found.map(({ campaign }) => campaign.length));
  for (const standing of found) {
    process.stdout.write(`${standing.campaign.padEnd(width)}  ${standingWords(standing, time)}\n`);
  }
}

function standingWords({ waiting, nextDueAt, letters }: Standing, time: TimeWords): string {
  const due = nextDueAt === undefined ? '' : `, the next is due ${time(nextDueAt)}`;
  const states = Object.entries(letters ?? {}).map(([state, count]) => `${count} ${state}`);
  return `${waiting} wait${due}${states.length === 0 ? '' : `; letters: ${states.join(', ')}`}`;
}

async function printUnknown(
  settings: Settings,
  { format }: CampaignsFlags,
  time: TimeWords,
): Promise<void> {
  await withLedger(settings, async (ledger) => {
    let count = 0;
    for await (const one of unknownLetters(ledger)) {
      count++;
      const at: EpochMs = one.at;
      const line =
        format === 'json'
          ? JSON.stringify(one)
          : `${one.letter}  ${one.campaign}  ${time(at)}  at ${one.stage ?? 'an unknown stage'}`;
      process.stdout.write(`${line}\n`);
    }
    if (count === 0 && format === 'text') process.stdout.write('no letter is unknown\n');
  });
}

function withLedger<Result>(
  settings: Settings,
  work: (ledger: RedisLedger) => Promise<Result>,
): Promise<Result> {
  return withRedis(settings, 'campaigns', (redis) =>
    work(new RedisLedger(redis, settings.cluster)),
  );
}
