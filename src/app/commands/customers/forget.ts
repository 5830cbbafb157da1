import { Command } from 'commander';
import { RedisForgetSalt } from '../../../adapters/redis/forgetting/salt.ts';
import { ShoalError } from '../../../base/error.ts';
import { Forgetting } from '../../../roles/gateway/customers/forgetting.ts';
import { isCustomerId } from '../../../wire/event.ts';
import { withNats, withRedis } from '../../why/servers.ts';
import { settingsFor } from '../common.ts';

/** `shoal forget`: forgets customers, straight over NATS. */
export function forgetCommand(): Command {
  return new Command('forget')
    .description('forget customers and erase what is stored of them')
    .argument('<customer...>', 'ids of customers')
    .action(async (customers: readonly string[], _flags, command: Command) => {
      for (const [place, customer] of customers.entries()) {
        if (!isCustomerId(customer)) throw badId(place);
      }
      const settings = settingsFor(command);
      const { cluster, partitions } = settings;
      await withNats(settings, 'forget', ({ log }) =>
        withRedis(settings, 'forget', async (redis) => {
          const salt = new RedisForgetSalt(redis, cluster);
          const forgetting = new Forgetting({ log, salt, partitions });
          for (const customer of customers) await forgetting.ask(customer);
        }),
      );
      const count = customers.length;
      process.stdout.write(
        `${count === 1 ? '1 customer is' : `${count} customers are`} to be forgotten: ` +
          'the log says so. What is stored is erased within hours (docs/privacy.md).\n',
      );
    });
}

function badId(place: number): ShoalError {
  return new ShoalError({
    code: 'wrong-usage',
    remedy: 'stop',
    message: `argument ${place + 1} is empty, or no line of text`,
    where: 'customer',
    hint: 'it is the id under which events come',
  });
}
