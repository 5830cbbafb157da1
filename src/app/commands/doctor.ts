import { Command } from 'commander';
import { ShoalError } from '../../base/error.ts';
import { examine } from '../doctor/doctor.ts';
import { tableOf } from '../doctor/finding.ts';
import { settingsFor } from './common.ts';

/** `shoal doctor`: looks whether all is well, and says what to do. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at versions, streams, settings, disks, clocks and partitions')
    .action(async (_options: unknown, command: Command) => {
      const settings = settingsFor(command);
      const findings = await examine(settings, process.env['SHOAL_NATS_STORE']);
      process.stdout.write(`${tableOf(findings)}\n`);
      const count = findings.filter(({ state }) => state === 'bad').length;
      if (count > 0) throw unwell(count);
    });
}

function unwell(count: number): ShoalError {
  return new ShoalError({
    code: 'unwell',
    remedy: 'stop',
    message: `${count} of these ${count === 1 ? 'is' : 'are'} bad`,
    hint: 'do what stands behind the arrows',
  });
}
