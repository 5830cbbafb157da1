import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { BUGS } from './bugs.ts';
import { runSeed } from './run.ts';
import { Summary } from './summary.ts';
import type { Job, JobDone } from './worker.ts';

/*
 * The simulator as a program: many seeds over all cores, or one seed with all that was logged.
 */

const SEEDS = 1_000;
const SEEDS_A_JOB = 10;
/** A bug that so many seeds do not find is not found. */
const SEEDS_A_BUG = 150;

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } });

if (values.seed === undefined) await runMany(Number(values.seeds ?? SEEDS));
else await runOne(Number(values.seed));

async function runOne(seed: number): Promise<void> {
  const { text, reached: _reached, ...outcome } = await runSeed(seed);
  console.log(text());
  console.log(JSON.stringify(outcome, undefined, 2));
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
}

async function runMany(seeds: number): Promise<void> {
  const startedAt = performance.now();
  const summary = new Summary();
  const jobs: Job[] = BUGS.map(({ name }) => ({ firstSeed: 1, seeds: SEEDS_A_BUG, bug: name }));
  for (let seed = 1; seed <= seeds; seed += SEEDS_A_JOB)
    jobs.push({ firstSeed: seed, seeds: Math.min(SEEDS_A_JOB, seeds - seed + 1) });
  const workers = Math.min(jobs.length, availableParallelism());
  await Promise.all(Array.from({ length: workers }, () => runWorker(jobs, summary)));
  const { user, system } = process.cpuUsage();
  const elapsedMs = performance.now() - startedAt;
  for (const line of summary.lines(elapsedMs, (user + system) / 1_000)) console.log(line);
  process.exitCode = summary.isGood ? 0 : 1;
}

/** Takes one job after the other until none is left. */
async function runWorker(jobs: Job[], summary: Summary): Promise<void> {
  const worker = new Worker(new URL('worker.js', import.meta.url));
  await new Promise<void>((resolve, reject) => {
    const next = (): void => {
      const job = jobs.shift();
      if (job === undefined) resolve();
      else worker.postMessage(job);
    };
    worker.on('message', (done: JobDone) => {
      summary.add(done);
      next();
    });
    worker.on('error', reject);
    next();
  });
  await worker.terminate();
}
