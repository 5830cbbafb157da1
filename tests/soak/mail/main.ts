import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { mailKills } from './mail-kills.ts';

/**
 * The mailer's kill test as a command. Prints one line of JSON; what is wrong goes to standard
 * error.
 *
 * @returns the exit status: 1 when a letter was doubled or is otherwise than the ledger says
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      letters: { type: 'string', default: '5000' },
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '7' },
    },
  });
  const [letters = 0, kills = 0, seed = 0] = [values.letters, values.kills, values.seed].map(
    Number,
  );
  const startedAt = performance.now();
  const onProgress = (text: string): boolean => process.stderr.write(`mail: ${text}\n`);
  const { faults, ...figures } = await mailKills({ letters, kills, seed, onProgress });
  for (const fault of faults) process.stderr.write(`mail: ${fault}\n`);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  // Times mean little on a machine that has more to do than it has cores.
  const machine = { cores: availableParallelism(), load: Math.round(loadavg()[1] ?? 0) };
  const line = { kills, seed, seconds, machine, ...figures, faults: faults.length };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return figures.doubled + faults.length === 0 ? 0 : 1;
}
