import { randomUUID } from 'node:crypto';
import { isObject } from '../../base/json.ts';
import { projectPath } from '../root.ts';
import {
  startLocalServer,
  type LocalServer,
  type LocalServerOptions,
  type ServerKind,
} from './local-server.ts';
import { ask } from './loopback.ts';
import { findProgram } from './program.ts';

const HINT = 'apt-get install nats-server, or https://nats.io/download';

/** Starts a nats-server with JetStream and the project's `config/nats.conf`. */
export function startLocalNats(options: LocalServerOptions = {}): Promise<LocalServer> {
  const serverName = `shoal-${randomUUID()}`;
  const kind: ServerKind = {
    name: 'nats',
    program: findProgram(['nats-server'], HINT),
    scheme: 'nats',
    args: ({ port }) => [
      ...['--config', projectPath('config/nats.conf'), '--addr', '127.0.0.1'],
      ...['--port', String(port), '--name', serverName],
    ],
    environment: ({ dataFolder }) => ({ SHOAL_NATS_STORE: dataFolder }),
    // The greeting bears the name that we gave: another server on this port has another.
    isReady: async ({ port }) => {
      const greeting = await ask(port, '', (text) => text.includes('\r\n'));
      return greeting !== undefined && nameOf(greeting) === serverName;
    },
  };
  return startLocalServer(kind, options);
}

function nameOf(greeting: string): unknown {
  const json = /^INFO (\{.*\})/.exec(greeting)?.[1];
  if (json === undefined) return undefined;
  const info: unknown = JSON.parse(json);
  return isObject(info) && info['jetstream'] === true ? info['server_name'] : undefined;
}
