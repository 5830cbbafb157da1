import { Command } from 'commander';
import { RedisConsents } from '../../adapters/redis/consents.ts';
import type { Consents } from '../../roles/ports/ledger.ts';
import { CONSENT_LIST } from '../csv/lists.ts';
import { exportFile, importFile, withRedis } from '../csv/list-files.ts';

const REDIS = ['--redis <url>', 'the address of Redis'] as const;
const COLUMNS = CONSENT_LIST.columns.join(',');

/** `shoal consents …`: who has agreed to letters, and who has said no. */
export function consentsCommand(): Command {
  const consents = new Command('consents').description(
    'who has agreed to letters, and who has unsubscribed',
  );
  consents
    .command('import')
    .description(`record those of a table with the columns ${COLUMNS}; the later "at" wins`)
    .argument('<file>', 'CSV with a header; .gz is unzipped; - is standard input')
    .option(...REDIS)
    .action((file: string, _flags, command: Command) =>
      withStore(command, (store) =>
        importFile(file, CONSENT_LIST, ({ customer, scope, consent }) =>
          store.record(customer, scope, consent),
        ),
      ),
    );
  consents
    .command('export')
    .description(`write all of them as a table: ${COLUMNS}`)
    .argument('[file]', 'a file; - is standard output', '-')
    .option(...REDIS)
    .action((file: string, _flags, command: Command) =>
      withStore(command, (store) => exportFile(file, CONSENT_LIST, store.all())),
    );
  return consents;
}

function withStore(command: Command, run: (store: Consents) => Promise<void>): Promise<void> {
  return withRedis(command, (redis, { cluster }) => run(new RedisConsents(redis, cluster)));
}
