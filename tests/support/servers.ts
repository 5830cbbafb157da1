import { startLocalNats } from '../../src/app/local/local-nats.ts';
import { startLocalRedis } from '../../src/app/local/local-redis.ts';
import type { LocalServer, LocalServerOptions } from '../../src/app/local/local-server.ts';

/**
 * Real servers for tests, with the project's own configuration, on free loopback ports. They die
 * with the test's process; a test that starts one stops it in `afterAll` or `onTestFinished`.
 */
export type RunningServer = LocalServer;

export function startNats(options?: LocalServerOptions): Promise<RunningServer> {
  return startLocalNats(options);
}

export function startRedis(options?: LocalServerOptions): Promise<RunningServer> {
  return startLocalRedis(options);
}
