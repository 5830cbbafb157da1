import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import type { Directory, PrivateValues } from '../../roles/ports/directory.ts';
import type { Settings } from '../settings.ts';
import { withRedis } from '../why/servers.ts';

/** What letters are to know of private attributes; undefined where none is private. */
export function privateValuesOf(
  { privateAttributes: names }: Settings,
  directory: Pick<Directory, 'get'>,
): PrivateValues | undefined {
  return names.size === 0 ? undefined : { names, directory };
}

/** The same for a command, which connects to Redis only when it asks. */
export function privateValuesFor(settings: Settings, command: string): PrivateValues | undefined {
  return privateValuesOf(settings, {
    get: (customer) =>
      withRedis(settings, command, (redis) =>
        new RedisDirectory(redis, settings.cluster).get(customer),
      ),
  });
}
