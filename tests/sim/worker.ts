import { parentPort } from 'node:worker_threads';
import { BUGS } from './bugs.ts';
import { runSeed, type Outcome } from './run.ts';

/** Seeds to live through one after the other; with a bug only until one finds it. */
export interface Job {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly bug?: string | undefined;
}

export interface JobDone {
  readonly job: Job;
  readonly outcomes: readonly Omit<Outcome, 'text'>[];
  /** Of a bug that was found: its world without it. */
  readonly sound?: Omit<Outcome, 'text'>;
}

async function work(job: Job): Promise<JobDone> {
  const bug = BUGS.find(({ name }) => name === job.bug);
  const outcomes: Omit<Outcome, 'text'>[] = [];
  for (let seed = job.firstSeed; seed < job.firstSeed + job.seeds; seed++) {
    const { text: _text, ...outcome } = await runSeed(seed, bug);
    outcomes.push(outcome);
    if (bug === undefined || outcome.violations.length === 0) continue;
    // The same world without the mistake must be well, or something else was found.
    const { text: _same, ...sound } = await runSeed(seed, {
      ...bug,
      wrap: undefined,
      relay: undefined,
      plant: undefined,
    });
    return { job, outcomes, sound };
  }
  return { job, outcomes };
}

parentPort?.on('message', (job: Job) => {
  void work(job).then((done) => parentPort?.postMessage(done));
});
