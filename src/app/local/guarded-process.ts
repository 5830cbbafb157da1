import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { assert } from '../../base/assert.ts';
import { ShoalError } from '../../base/error.ts';

/**
 * A shell that holds the read end of a pipe from us. Each line is a signal for the process that it
 * guards; the end of the pipe, which the kernel brings about however we die, is a SIGKILL, after
 * which the folder in $1 (if any) goes too. The shell's status is the process's.
 */
const GUARD = `
exec 3<&0
scratch=$1
shift
"$@" </dev/null >&2 3<&- &
guarded=$!
{
  while read -r signal <&3; do kill -s "$signal" "$guarded"; done
  trap '' TERM
  kill -s KILL "$guarded" 2>/dev/null
  [ -z "$scratch" ] || rm -rf -- "$scratch"
} &
watch=$!
echo "$guarded"
wait "$guarded"
status=$?
kill -s TERM "$watch" 2>/dev/null
exit "$status"
`;

export interface GuardedOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** On top of our own. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Takes what the process writes on both of its outputs. */
  readonly logFile: string;
  /** Removed when we die without having stopped the process. */
  readonly scratchFolder?: string | undefined;
}

/** A process that dies when this one does, even by SIGKILL. */
export interface GuardedProcess {
  readonly pid: number;
  /** Resolves with the exit status, 128 + n after signal n. */
  readonly exited: Promise<number>;
  hasExited(): boolean;
  signal(name: 'TERM' | 'KILL'): void;
}

/**
 * Starts a process in a session of its own, so that a Ctrl-C in the terminal reaches only us and we
 * can end in order.
 *
 * @throws ShoalError `program-failed` (stop) when it cannot be started at all
 */
export async function startGuarded(options: GuardedOptions): Promise<GuardedProcess> {
  const logFd = openSync(options.logFile, 'a', 0o600);
  const args = [options.scratchFolder ?? '', options.program, ...options.args];
  const guard = spawn('/bin/sh', ['-c', GUARD, 'shoal-guard', ...args], {
    detached: true,
    env: { ...process.env, ...options.environment },
    stdio: ['pipe', 'pipe', logFd],
  });
  closeSync(logFd);
  const { stdin, stdout } = guard;
  assert(stdin !== null && stdout !== null, 'the guard has both pipes');
  // The process may end while a signal is on its way: the pipe then breaks, and nothing is lost.
  stdin.on('error', () => undefined);
  let ended = false;
  const exited = once(guard, 'exit').then(([status]) => {
    ended = true;
    stdin.destroy();
    return typeof status === 'number' ? status : 1;
  });
  const pid = Number(await firstLine(stdout));
  if (!Number.isInteger(pid) || pid <= 0) {
    throw new ShoalError({
      code: 'program-failed',
      remedy: 'stop',
      message: `"${options.program}" could not be started`,
    });
  }
  return {
    pid,
    exited,
    hasExited: () => ended,
    signal: (name) => {
      if (!ended) stdin.write(`${name}\n`);
    },
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  return '';
}
