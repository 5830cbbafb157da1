import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ShoalError } from '../../base/error.ts';
import { parseDuration, type EpochMs } from '../../base/time.ts';
import { UTC, type Zone } from '../../base/zone.ts';
import { jsonAnswers, tableAnswers } from '../backtest/answers.ts';
import { runBacktest } from '../backtest/backtest.ts';
import { BacktestReport } from '../backtest/report.ts';
import { readWhen, roughWhen } from '../backtest/schedule.ts';
import { parseSegmentTexts, readSegmentTexts } from '../segment-files.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { zoneOf } from '../zone.ts';
import { settingsFor } from './common.ts';

const WIDTH_DEFAULT = 120;

interface BacktestFlags {
  readonly segments: readonly string[];
  readonly events: readonly string[];
  readonly at?: readonly string[];
  readonly every?: number;
  readonly until?: string;
  readonly members?: string;
  readonly transitions?: string;
  readonly timezone?: string;
  readonly format: 'table' | 'json';
  readonly strict?: boolean;
}

/** `shoal backtest`: who would have been in which segment, from files of events. */
export function backtestCommand(): Command {
  return new Command('backtest')
    .description('who was in which segment when, from files of events, without servers')
    .requiredOption('--segments <file-or-folder...>', 'segments; of a file also what it refers to')
    .requiredOption('--events <file...>', 'lines of JSON, one event each; .gz is unzipped')
    .option('--at <instant...>', 'answer then: ISO 8601 with a zone, or a date: local midnight')
    .option('--every <duration>', 'answer every so often from the first event on', parseStep)
    .option('--until <instant>', 'let the clock run on until then')
    .option('--members <folder>', 'write the ids of all members there')
    .option('--transitions <file>', 'write all entries and exits there, as lines of JSON')
    .option('--timezone <name>', 'IANA name, for calendar windows and dates', checkTimezone)
    .addOption(
      new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'),
    )
    .option('--strict', 'exit status 1 when a line is malformed')
    .action(async (flags: BacktestFlags, command: Command) => {
      const settings = settingsFor(command);
      await backtest(flags, flags.timezone ?? settings.timezone, settings);
    });
}

function parseStep(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('A step is a whole number above 0 and s, m, h, d or w.');
}

function checkTimezone(name: string): string {
  try {
    zoneOf(name, 0);
    return name;
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
    throw new InvalidArgumentError('Use an IANA name, such as Europe/Berlin.');
  }
}

async function backtest(
  flags: BacktestFlags,
  timezone: string,
  { privateAttributes, forgetAnonymousAfterMs }: Settings,
): Promise<void> {
  const { at = [], every, until, members, transitions, format, strict = false } = flags;
  const zone = zoneUntil(timezone, until === undefined ? at : [...at, until]);
  const wishes = {
    ats: at.map((text) => whenOf('--at', text, zone)),
    everyMs: every,
    untilAt: until === undefined ? undefined : whenOf('--until', until, zone),
  };
  const segments = parseSegmentTexts(await readSegmentTexts(flags.segments), privateAttributes);
  const report = new BacktestReport(process.stderr, flags.events.length > 1);
  await runBacktest({
    definitions: { segments, campaigns: [], zone, forgetAnonymousAfterMs },
    events: flags.events,
    wishes,
    format:
      format === 'json' ? jsonAnswers() : tableAnswers(process.stdout.columns ?? WIDTH_DEFAULT),
    members,
    transitions,
    report,
    print,
  });
  if (strict && report.malformedTotal > 0) throw malformedLines(report.malformedTotal);
}

/** The zone's table must reach as far as the clock will run. */
function zoneUntil(timezone: string, whens: readonly string[]): Zone {
  if (timezone === UTC.name) return UTC;
  return zoneOf(timezone, Math.max(systemClock.now(), ...whens.map(roughWhen)));
}

function whenOf(flag: string, text: string, zone: Zone): EpochMs {
  const at = readWhen(text, zone);
  if (at !== undefined) return at;
  throw new ShoalError({
    code: 'wrong-usage',
    remedy: 'stop',
    message: `"${text}" is no instant with a zone, and no date`,
    where: flag,
    hint: 'such as 2011-06-01T00:00:00Z, or 2011-06-01 for local midnight',
  });
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

function malformedLines(count: number): ShoalError {
  return new ShoalError({
    code: 'lines-malformed',
    remedy: 'refuse-input',
    message: count === 1 ? 'one line is no event' : `${count} lines are no events`,
    where: '--strict',
    hint: 'each is named above; without --strict they are only counted',
  });
}
