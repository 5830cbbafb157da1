import { Worker } from 'node:worker_threads';
import type { MetricsSnapshot } from '../../adapters/prom/metrics.ts';
import { ShoalError } from '../../base/error.ts';
import type { RoleOrder } from './role-context.ts';

export type ToWorker = { readonly kind: 'metrics' } | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'metrics'; readonly snapshot: MetricsSnapshot }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string }
  | { readonly kind: 'stopped' };

/** A role in a thread of its own. */
export interface RoleThread {
  metrics(): Promise<MetricsSnapshot>;
  /** Resolves when the role has drained and its thread has ended. */
  stop(): Promise<void>;
}

const METRICS_WITHIN_MS = 2_000;

/** @param onFailure told what ended the role, or a part of it, for good */
export function startThread(order: RoleOrder, onFailure: (error: unknown) => void): RoleThread {
  // The name under which the compiler writes `worker.ts`.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: order });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const waiting: ((snapshot: MetricsSnapshot) => void)[] = [];
  const say = (message: ToWorker): void => worker.postMessage(message);
  worker.on('error', onFailure);
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'metrics') waiting.shift()?.(message.snapshot);
    if (message.kind === 'failed') onFailure(failureOf(message, order));
  });
  return {
    metrics: () => {
      const { promise, resolve } = snapshotWithin(METRICS_WITHIN_MS);
      waiting.push(resolve);
      say({ kind: 'metrics' });
      return promise;
    },
    stop: async () => {
      // A thread that has ended already, by a bug, does not hear it.
      say({ kind: 'stop' });
      await ended;
    },
  };
}

function failureOf(
  { code, text }: FromWorker & { kind: 'failed' },
  { role }: RoleOrder,
): ShoalError {
  return new ShoalError({ code, remedy: 'stop', message: text, where: `role ${role}` });
}

/** A thread that is busy for long shows no figures rather than none of the others'. */
function snapshotWithin(ms: number): {
  readonly promise: Promise<MetricsSnapshot>;
  readonly resolve: (snapshot: MetricsSnapshot) => void;
} {
  let resolve: (snapshot: MetricsSnapshot) => void = () => undefined;
  const promise = new Promise<MetricsSnapshot>((settle) => {
    const late = setTimeout(() => settle([]), ms);
    resolve = (snapshot) => {
      clearTimeout(late);
      settle(snapshot);
    };
  });
  return { promise, resolve };
}
