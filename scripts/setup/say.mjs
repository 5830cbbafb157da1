import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const LINES_SHOWN = 20;

/** The set-up cannot go on; the message is the screen that says what to do. */
export class SetupFailed extends Error {}

/** Progress goes to standard error: standard output belongs to the command that runs afterwards. */
export function say(text) {
  process.stderr.write(`shoal: ${text}\n`);
}

/**
 * Runs a program in the project's folder and waits; what it wrote is kept for when it fails.
 *
 * @returns {string | undefined} undefined when it succeeded, else the most telling of its lines
 */
export function run(program, args, environment = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return undefined;
  if (error !== undefined) return error.message;
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  // The cause stands at the beginning of what npm says, and at the end of what compilers say.
  if (lines.length <= LINES_SHOWN) return lines.join('\n');
  return [...lines.slice(0, LINES_SHOWN / 2), '  […]', ...lines.slice(-LINES_SHOWN / 2)].join('\n');
}
