import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { MINUTE_MS, SECOND_MS } from '../../src/base/time.ts';
import { projectPath } from '../../src/app/root.ts';
import { CALM_MS, type Absence } from './redis-away.ts';
import { soak } from './soak.ts';

/**
 * The soak as a command. Prints one line of JSON; what goes on meanwhile, and what is wrong, goes
 * to standard error.
 *
 * @returns the exit status: 1 when anything was lost, doubled or otherwise than it should be
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '6' },
      seed: { type: 'string', default: '7' },
      customers: { type: 'string', default: '100000' },
      partitions: { type: 'string', default: '16' },
      rate: { type: 'string', default: '1600' },
      'checkpoint-every': { type: 'string', default: '10s' },
      // Instead of kills: so many seconds without Redis, which is `stopped` or `killed`.
      'redis-away': { type: 'string' },
      how: { type: 'string', default: 'stopped' },
      // Keeps data and logs there.
      folder: { type: 'string' },
    },
  });
  const { minutes, seed, customers, partitions, rate, folder } = values;
  const given = {
    minutes: numberOf(minutes),
    seed: numberOf(seed),
    customers: numberOf(customers),
    partitions: numberOf(partitions),
    rate: numberOf(rate),
  };
  const away = awayOf(values['redis-away'], values.how);
  const result = await soak({
    ...given,
    lengthMs: away === undefined ? given.minutes * MINUTE_MS : away.awayMs + 3 * CALM_MS,
    redisAway: away,
    checkpointEvery: values['checkpoint-every'],
    folder,
    onProgress: (text) => process.stderr.write(`soak: ${text}\n`),
  });
  const { faults, isChainWhole, ...figures } = result;
  for (const fault of faults) process.stderr.write(`soak: ${fault}\n`);
  const chain = isChainWhole ? 'unbroken' : 'broken';
  // Times mean little on a machine that has more to do than it has cores.
  const machine = { cores: availableParallelism(), load: Math.round(loadavg()[1] ?? 0) };
  const about = { ...given, commit: commitOf(), machine };
  const line = { ...about, ...figures, chain, faults: faults.length };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  const isGood = figures.lost + figures.doubled + faults.length === 0 && isChainWhole;
  return isGood ? 0 : 1;
}

function awayOf(
  seconds: string | undefined,
  how: string,
): { readonly awayMs: number; readonly how: Absence } | undefined {
  if (seconds === undefined) return undefined;
  if (how !== 'stopped' && how !== 'killed') throw new Error('--how is stopped or killed');
  return { awayMs: numberOf(seconds) * SECOND_MS, how };
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`"${text}" is no number above 0`);
  return number;
}

/** With a plus where the tree holds more than the commit. */
function commitOf(): string {
  const args = ['describe', '--always', '--dirty=+'];
  const { status, stdout } = spawnSync('git', args, { cwd: projectPath('.'), encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}
