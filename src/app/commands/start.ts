import { Command } from 'commander';
import { ShoalError } from '../../base/error.ts';
import { loadDefinitions } from '../definitions.ts';
import { ROLES, startService, type Role } from '../service/service.ts';
import type { Settings } from '../settings.ts';
import { FirstFailure, stopSignal, whenAborted } from '../stop-signal.ts';
import { systemClock } from '../system-clock.ts';
import { settingsFor } from './common.ts';

interface StartFlags {
  readonly role: string;
  readonly port?: string;
  readonly allowVolatileRedis?: boolean;
  readonly acceptGap?: boolean;
}

/** `shoal start`: runs the roles until it is stopped. */
export function startCommand(): Command {
  return new Command('start')
    .description('run Shoal: segments, live counts, letters')
    .option('--role <roles>', `which of ${ROLES.join(', ')}`, ROLES.join(','))
    .option('--port <port>', 'where the page is served')
    .option('--allow-volatile-redis', 'start although Redis may lose what it acknowledged')
    .option('--accept-gap', 'go on without what NATS has lost')
    .action(async (flags: StartFlags, command: Command) => {
      const settings = settingsFor(command, {
        'http.port': flags.port,
        acceptGap: flags.acceptGap === true ? 'true' : undefined,
        allowVolatileRedis: flags.allowVolatileRedis === true ? 'true' : undefined,
      });
      await start(settings, rolesOf(flags.role));
    });
}

async function start(settings: Settings, roles: readonly Role[]): Promise<void> {
  const definitions = await loadDefinitions(settings, systemClock.now());
  const stopping = stopSignal();
  const failure = new FirstFailure(stopping);
  try {
    const { signal } = stopping;
    const service = await startService({
      settings,
      definitions,
      roles,
      signal,
      onFailure: failure.take,
    });
    if (service.url !== undefined) process.stdout.write(`Shoal is at ${service.url}\n`);
    await whenAborted(signal);
    await service.stop();
  } catch (error) {
    // A stop that is asked for while servers are waited for is no failure.
    if (!stopping.signal.aborted) throw error;
  }
  failure.rethrow();
}

function rolesOf(text: string): Role[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim());
    if (role !== undefined) return role;
    throw new ShoalError({
      code: 'wrong-usage',
      remedy: 'stop',
      message: `there is no role "${name}"`,
      where: '--role',
      hint: `the roles are ${ROLES.join(', ')}`,
    });
  });
}
