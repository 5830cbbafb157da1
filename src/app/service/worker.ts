import { parentPort, workerData } from 'node:worker_threads';
import { assert, unreachable } from '../../base/assert.ts';
import { ShoalError } from '../../base/error.ts';
import { runMailer } from './mailer-role.ts';
import { runOwner } from './owner-role.ts';
import { runRelay } from './relay-role.ts';
import { contextOf, type RoleContext, type RoleOrder, type RunningRole } from './role-context.ts';
import type { FromWorker, ToWorker } from './thread.ts';

/*
 * A worker thread: runs one role until it is told to stop. A bug ends the thread, and with it the
 * process.
 */

function run(context: RoleContext): Promise<RunningRole> {
  switch (context.role) {
    case 'owner':
      return runOwner(context);
    case 'relay':
      return runRelay(context);
    case 'mailer':
      return runMailer(context);
    default:
      return unreachable(context.role);
  }
}

async function main(): Promise<void> {
  const port = parentPort;
  assert(port !== null, 'a worker has a parent');
  const say = (message: FromWorker): void => port.postMessage(message);
  const stopping = new AbortController();
  const context = contextOf(workerData as RoleOrder, stopping.signal, (error) => {
    context.logger.error('the role has failed', { error });
    // What we foresee concerns one part; a bug must end the process.
    if (!(error instanceof ShoalError)) throw error;
    say({ kind: 'failed', code: error.code, text: String(error) });
  });
  const running = run(context).catch((error: unknown) => {
    if (stopping.signal.aborted) return undefined;
    if (!(error instanceof ShoalError)) throw error;
    say({ kind: 'failed', code: error.code, text: String(error) });
    return undefined;
  });
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'metrics') {
      void context.metrics.snapshot().then((snapshot) => say({ kind: 'metrics', snapshot }));
      return;
    }
    stopping.abort(new DOMException('the process stops', 'AbortError'));
    void running
      .then((role) => role?.stop())
      .then(() => {
        say({ kind: 'stopped' });
        port.close();
      });
  });
}

await main();
