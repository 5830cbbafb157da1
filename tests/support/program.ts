import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { z } from 'zod';
import { projectPath } from '../../src/app/root.ts';
import { Family } from './family.ts';

const logLine = z.looseObject({ level: z.string(), time: z.string(), msg: z.string() });
export type ProgramLogLine = z.infer<typeof logLine>;

export interface Finished {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `shoal …` as a process of its own, just as an operator runs it. */
export class Program {
  /** Resolves with the exit status, null after a signal; all output is there then. */
  readonly exited: Promise<number | null>;
  /** All the processes that it has started, too. */
  readonly family: Family;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  /** @param environment on top of ours */
  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const mark = randomUUID();
    this.family = new Family(`MARK_OF_TEST=${mark}`);
    const own = Object.entries(process.env).filter(([variable]) => !variable.startsWith('SHOAL_'));
    this.#child = spawn(process.execPath, [projectPath('bin/shoal.mjs'), ...args], {
      cwd: projectPath('.'),
      env: { ...Object.fromEntries(own), ...environment, MARK_OF_TEST: mark },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => (this.#stdout += String(text)));
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => (this.#stderr += String(text)));
    this.exited = once(this.#child, 'close').then(([status]) =>
      typeof status === 'number' ? status : null,
    );
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it has logged; other lines of its standard error are passed over. */
  logLines(): ProgramLogLine[] {
    return this.#stderr
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => logLine.parse(JSON.parse(line)));
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    this.#child.kill(name);
  }
}

/** Runs a command to its end. */
export async function runProgram(args: readonly string[]): Promise<Finished> {
  const program = new Program(args);
  const status = await program.exited;
  return { status, stdout: program.stdout, stderr: program.stderr };
}
