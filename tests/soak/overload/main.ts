import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { overload } from './overload.ts';

/** What a Shoal may have more of memory under overload than idle, bytes. */
export const GROWTH_BYTES_MAX = 500_000_000;

/**
 * The overload as a command. Prints one line of JSON.
 *
 * @returns the exit status: 1 when it answered otherwise than with 200, 429 and 503, lost what it
 *   had acknowledged, or grew
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      times: { type: 'string', default: '3' },
      engine: { type: 'string', default: 'uws' },
    },
  });
  const { engine } = values;
  if (engine !== 'uws' && engine !== 'node-http') throw new Error('--engine is uws or node-http');
  const result = await overload({
    engine,
    measureMs: 5_000,
    overloadMs: Number(values.seconds) * 1_000,
    times: Number(values.times),
    onProgress: (text) => process.stderr.write(`overload: ${text}\n`),
  });
  // Figures mean little on a machine that has more to do than it has cores.
  const machine = { cores: availableParallelism(), load: Math.round(loadavg()[1] ?? 0) };
  process.stdout.write(`${JSON.stringify({ ...values, machine, ...result })}\n`);
  const { statuses, failures, missing, bytesAtFirst, bytesAtMost, isWell } = result;
  const isBounded = bytesAtMost - bytesAtFirst < GROWTH_BYTES_MAX;
  const areKnown = Object.keys(statuses).every((status) => ['200', '429', '503'].includes(status));
  const isGood = areKnown && Object.keys(failures).length === 0 && missing === 0;
  return isGood && isBounded && isWell ? 0 : 1;
}
