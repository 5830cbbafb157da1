import { projectPath } from '../root.ts';
import {
  startLocalServer,
  type LocalServer,
  type LocalServerOptions,
  type ServerKind,
} from './local-server.ts';
import { ask } from './loopback.ts';
import { findProgram } from './program.ts';

const HINT = 'apt-get install redis-server, or https://redis.io/docs; valkey-server serves as well';

/** Starts a redis-server (or valkey-server) with the project's `config/redis.conf`. */
export function startLocalRedis(options: LocalServerOptions = {}): Promise<LocalServer> {
  const kind: ServerKind = {
    name: 'redis',
    program: findProgram(['redis-server', 'valkey-server'], HINT),
    scheme: 'redis',
    args: ({ port, dataFolder }) => [
      projectPath('config/redis.conf'),
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', dataFolder],
    ],
    isReady: async ({ port }, pid) => {
      const info = await ask(port, 'INFO everything\r\nPING\r\n', (text) => text.includes('+PONG'));
      if (info === undefined) return false;
      return field(info, 'process_id') === String(pid) && field(info, 'loading') === '0';
    },
  };
  return startLocalServer(kind, options);
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1];
}
