import { Command, Option } from 'commander';
import { campaignLines } from '../why/campaign-lines.ts';
import { inquire } from '../why/inquiry.ts';
import { segmentLines } from '../why/segment-lines.ts';
import { withNats } from '../why/servers.ts';
import { timeWords } from '../why/times.ts';
import { stopSignal } from '../stop-signal.ts';
import { systemClock } from '../system-clock.ts';
import { zoneOf } from '../zone.ts';
import { settingsFor } from './common.ts';

interface WhyFlags {
  readonly format: 'text' | 'json';
}

/** `shoal why`: what a membership or a letter hangs on, and when that changes. */
export function whyCommand(): Command {
  return new Command('why')
    .description('why a customer is in a segment, or gets a letter, and until when')
    .argument('<customer>', 'the id of the customer')
    .argument('<segment-or-campaign>', 'the id of a segment or of a campaign')
    .addOption(
      new Option('--format <format>', 'what is printed').choices(['text', 'json']).default('text'),
    )
    .action(async (customer: string, name: string, flags: WhyFlags, command: Command) => {
      const settings = settingsFor(command);
      const { signal } = stopSignal();
      const now = systemClock.now();
      const answers = await withNats(settings, 'why', (nats) =>
        inquire(nats, settings, customer, name, now, signal),
      );
      const time = timeWords(zoneOf(settings.timezone, now));
      const texts = answers.map((answer) => {
        if (flags.format === 'json') return `${JSON.stringify(answer)}\n`;
        const lines =
          answer.kind === 'segment' ? segmentLines(answer, time) : campaignLines(answer, time);
        return `${lines.join('\n')}\n`;
      });
      process.stdout.write(texts.join(flags.format === 'json' ? '' : '\n'));
    });
}
