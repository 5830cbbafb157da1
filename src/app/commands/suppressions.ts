import { Command } from 'commander';
import { RedisSuppressions } from '../../adapters/redis/suppressions.ts';
import { ShoalError } from '../../base/error.ts';
import { formatInstant } from '../../base/time.ts';
import { isAddress } from '../../campaign/address.ts';
import type { Suppressions } from '../../roles/ports/ledger.ts';
import { SUPPRESSION_LIST } from '../csv/lists.ts';
import { systemClock } from '../system-clock.ts';
import { exportFile, importFile, printLines, withRedis } from '../csv/list-files.ts';

const REDIS = ['--redis <url>', 'the address of Redis'] as const;
const COLUMNS = SUPPRESSION_LIST.columns.join(',');

/** `shoal suppressions …`: the addresses that must not be mailed. */
export function suppressionsCommand(): Command {
  const suppressions = new Command('suppressions').description(
    'addresses that must not be mailed, whoever has them',
  );
  suppressions
    .command('import')
    .description(`add those of a table with the columns ${COLUMNS}; only the first is needed`)
    .argument('<file>', 'CSV with a header; .gz is unzipped; - is standard input')
    .option(...REDIS)
    .action((file: string, _flags, command: Command) =>
      withStore(command, (store) => importFile(file, SUPPRESSION_LIST, (row) => store.add(row))),
    );
  suppressions
    .command('export')
    .description(`write all of them as a table: ${COLUMNS}`)
    .argument('[file]', 'a file; - is standard output', '-')
    .option(...REDIS)
    .action((file: string, _flags, command: Command) =>
      withStore(command, (store) => exportFile(file, SUPPRESSION_LIST, store.all())),
    );
  suppressions
    .command('add')
    .argument('<address>', 'a mail address')
    .option('--reason <word>', 'why it must not be mailed', 'manual')
    .option(...REDIS)
    .action((address: string, { reason }: { reason: string }, command: Command) =>
      withStore(command, (store) => add(store, address, reason)),
    );
  suppressions
    .command('remove')
    .argument('<address>', 'a mail address')
    .option(...REDIS)
    .action((address: string, _flags, command: Command) =>
      withStore(command, async (store) => {
        const was = await store.remove(address);
        process.stdout.write(was ? 'removed\n' : 'it was not suppressed\n');
      }),
    );
  suppressions
    .command('list')
    .description('print them, one a line: address, reason, since when')
    .option(...REDIS)
    .action((_flags, command: Command) => withStore(command, print));
  return suppressions;
}

function withStore(command: Command, run: (store: Suppressions) => Promise<void>): Promise<void> {
  return withRedis(command, (redis, { cluster }) => run(new RedisSuppressions(redis, cluster)));
}

async function add(store: Suppressions, address: string, reason: string): Promise<void> {
  if (!isAddress(address)) {
    throw new ShoalError({
      code: 'wrong-usage',
      remedy: 'stop',
      message: `"${address}" is not one plain mail address`,
      where: 'address',
      hint: 'write it as ann@example.com, without a name',
    });
  }
  await store.add({ address, reason, at: systemClock.now() });
  process.stdout.write('added\n');
}

async function print(store: Suppressions): Promise<void> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const { address, reason, at } of store.all()) {
      count += 1;
      yield `${address}\t${reason}\t${formatInstant(at)}\n`;
    }
  }
  await printLines(lines());
  process.stderr.write(count === 1 ? '1 address\n' : `${count} addresses\n`);
}
