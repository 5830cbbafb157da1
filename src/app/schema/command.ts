import { Command, Option } from 'commander';
import { ShoalError } from '../../base/error.ts';
import { schemaAnswerOf } from '../../roles/gateway/schema/schema-answer.ts';
import type { Bus } from '../../roles/ports/log.ts';
import { didYouMean } from '../../rules/fault.ts';
import { NO_PRIVATE_NAMES } from '../../rules/private/names.ts';
import { SeenTally } from '../../wire/seen/seen-tally.ts';
import type { Seen } from '../../wire/seen/seen.ts';
import { settingsFor } from '../commands/common.ts';
import { ask } from '../why/ask.ts';
import { withNats } from '../why/servers.ts';
import { eventLines, fieldLines } from './schema-lines.ts';

interface SchemaFlags {
  readonly format: 'text' | 'json';
}

/** `shoal schema`: what has been seen of events and attributes. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('which events have come, and which properties and attributes they bear')
    .argument('[event]', 'the name of an event, or "attributes": tells of its fields')
    .addOption(
      new Option('--format <format>', 'what is printed').choices(['text', 'json']).default('text'),
    )
    .action(async (event: string | undefined, flags: SchemaFlags, command: Command) => {
      const settings = settingsFor(command);
      const seen = await withNats(settings, 'schema', ({ bus }) =>
        askAll(bus, settings.partitions),
      );
      const lines =
        flags.format === 'json'
          ? [JSON.stringify(schemaAnswerOf(seen, []))]
          : event === undefined
            ? eventLines(seen)
            : fieldLines(fieldsOf(seen, event));
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
}

/** @throws ShoalError `no-answer` (retry) when a partition does not answer */
async function askAll(bus: Bus, partitions: number): Promise<Seen> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const answers = await Promise.all(all.map((one) => ask(bus, one, { type: 'schema' })));
  const tally = new SeenTally(NO_PRIVATE_NAMES);
  for (const answer of answers) tally.absorb(answer);
  return tally.told();
}

/** @throws ShoalError `unknown-event` (refuse-input) */
function fieldsOf({ events }: Seen, event: string): Seen['context'] {
  const name = event === 'attributes' ? '$identify' : event;
  const found = events.find((each) => each.name === name);
  if (found !== undefined) return found.properties;
  const known = events.map((each) => each.name);
  throw new ShoalError({
    code: 'unknown-event',
    remedy: 'refuse-input',
    message: `no event ${JSON.stringify(name)} has come`,
    hint: didYouMean(name, known) ?? 'shoal schema lists those that have',
  });
}
