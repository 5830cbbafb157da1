import { vi } from 'vitest';
import { main } from '../../src/app/cli.ts';
import type { Finished } from './program.ts';

/** Runs a command of the program inside of the test: quickly, for one that starts nothing. */
export async function runInProcess(args: readonly string[]): Promise<Finished> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  try {
    return { status: await main(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
