import { Command, CommanderError } from 'commander';
import { ShoalError, ShoalErrors } from '../base/error.ts';
import { backtestCommand } from './commands/backtest.ts';
import { campaignCommand } from './commands/campaign.ts';
import { campaignsCommand } from './commands/campaigns.ts';
import { configCommand } from './commands/config.ts';
import { consentsCommand } from './commands/consents.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { keysCommand } from './keys/command.ts';
import { forgetCommand } from './commands/customers/forget.ts';
import { sendCommand } from './commands/send.ts';
import { schemaCommand } from './schema/command.ts';
import { startCommand } from './commands/start.ts';
import { suppressionsCommand } from './commands/suppressions.ts';
import { testCommand } from './commands/test.ts';
import { triggersCommand } from './commands/triggers.ts';
import { validateCommand } from './commands/validate.ts';
import { whyCommand } from './commands/why.ts';

/** What a process ends with; sysexits.h gives 78 its meaning. */
const EXIT = { done: 0, failed: 1, wrongUsage: 2, badConfiguration: 78 } as const;

/** Codes of single errors that mean: what the operator has written is wrong. */
const BAD_CONFIGURATION: ReadonlySet<string> = new Set([
  'bad-settings',
  'private-secret-missing',
  'store-volatile',
  'unknown-timezone',
]);

export function program(): Command {
  return new Command('shoal')
    .description('Real-time customer segmentation')
    .option('--config <file>', 'settings (default: config/shoal.yaml)')
    .option(
      '--set <key=value>',
      'a setting that wins over file and environment; repeatable',
      addTo,
      [],
    )
    .addCommand(startCommand())
    .addCommand(demoCommand())
    .addCommand(keysCommand())
    .addCommand(sendCommand())
    .addCommand(backtestCommand())
    .addCommand(testCommand())
    .addCommand(validateCommand())
    .addCommand(campaignCommand())
    .addCommand(configCommand())
    .addCommand(triggersCommand())
    .addCommand(doctorCommand())
    .addCommand(whyCommand())
    .addCommand(schemaCommand())
    .addCommand(campaignsCommand())
    .addCommand(suppressionsCommand())
    .addCommand(consentsCommand())
    .addCommand(forgetCommand())
    .showHelpAfterError('shoal --help shows all commands and flags')
    .exitOverride();
}

function addTo(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/**
 * Runs one command line, and says on standard error what went wrong.
 *
 * @param args the words after the program's name
 * @returns the exit status
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const shoal = program();
    overrideExits(shoal);
    await shoal.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
    if (error instanceof ShoalError || error instanceof ShoalErrors) {
      process.stderr.write(`${String(error)}\n`);
      return statusOf(error);
    }
    throw error;
  }
}

/** Else a command would end the process by itself when it is used wrongly. */
function overrideExits(command: Command): void {
  command.exitOverride();
  for (const each of command.commands) overrideExits(each);
}

function statusOf(error: ShoalError | ShoalErrors): number {
  // Several at once are those of a folder of definitions, or of the settings.
  if (error instanceof ShoalErrors) return EXIT.badConfiguration;
  if (error.code === 'wrong-usage') return EXIT.wrongUsage;
  return BAD_CONFIGURATION.has(error.code) ? EXIT.badConfiguration : EXIT.failed;
}
