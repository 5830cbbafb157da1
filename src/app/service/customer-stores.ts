import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import { RedisMailPages } from '../../adapters/redis/forgetting/mail-pages.ts';
import type { CustomerStore } from '../../roles/ports/store.ts';
import type { RoleServers } from './role-context.ts';

/** All that hold something of customers outside the log: who is forgotten goes from each. */
export function customerStores(
  redis: RoleServers['redis'],
  cluster: string,
): readonly CustomerStore[] {
  return [new RedisDirectory(redis, cluster), new RedisMailPages(redis, cluster)];
}
