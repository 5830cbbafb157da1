import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startGuarded, type GuardedProcess } from '../../src/app/local/guarded-process.ts';
import { findProgram } from '../../src/app/local/program.ts';
import { projectPath } from '../../src/app/root.ts';
import { eventually } from '../support/world.ts';

const logLine = z.looseObject({ level: z.string(), time: z.string(), msg: z.string() });
type EngineLine = z.infer<typeof logLine>;

/** One process of the engine, from its start to its end. */
export interface Life {
  readonly startedAt: number;
  /** When the last of its partitions was live; undefined when it was killed before. */
  readonly liveAt: number | undefined;
  /** Whether a partition had no checkpoint to begin with. */
  readonly isRebuild: boolean;
  /** What it logged as errors, and how often. */
  readonly alarms: ReadonlyMap<string, number>;
}

/** Also on a machine that has other things to do. */
const LIVE_WITHIN_MS = 120_000;

interface Started {
  readonly startedAt: number;
  readonly logFile: string;
  readonly process: GuardedProcess;
}

/** Takes the logs. */
export interface LogPlace {
  readonly folder: string;
  /** If not, it goes when we die. */
  readonly isKept: boolean;
}

/** The engine as an operator runs it, killed and started again and again. It dies with us. */
export class EngineLives {
  /** What it ended with when nobody had killed it. */
  readonly failures: string[] = [];
  readonly #place: LogPlace;
  readonly #flags: readonly string[];
  readonly #partitions: number;
  readonly #started: Started[] = [];
  /** Those that we end. */
  readonly #ending = new Set<GuardedProcess>();

  constructor(place: LogPlace, flags: readonly string[], partitions: number) {
    this.#place = place;
    this.#flags = flags;
    this.#partitions = partitions;
  }

  async start(): Promise<void> {
    const { folder, isKept } = this.#place;
    const logFile = join(folder, `engine-${this.#started.length + 1}.log`);
    const startedAt = Date.now();
    // Settings of the one who runs the soak are none of its business.
    const ours = Object.keys(process.env).filter((name) => name.startsWith('SHOAL_'));
    const without = ours.flatMap((name) => ['-u', name]);
    const command = [
      process.execPath,
      projectPath('bin/shoal.mjs'),
      'start',
      '--role',
      'owner,relay',
    ];
    const running = await startGuarded({
      program: findProgram(['env'], 'it is part of every Unix'),
      args: [...without, ...command, ...this.#flags],
      logFile,
      scratchFolder: isKept ? undefined : folder,
    });
    this.#started.push({ startedAt, logFile, process: running });
    void running.exited.then((status) => {
      if (this.#ending.has(running)) return;
      const end = readFileSync(logFile, 'utf8').split('\n').slice(-6).join('\n');
      this.failures.push(`the engine ended by itself with ${status}:\n${end}`);
    });
  }

  async end(signal: 'TERM' | 'KILL'): Promise<void> {
    const last = this.#started.at(-1);
    if (last === undefined) return;
    this.#ending.add(last.process);
    last.process.signal(signal);
    await last.process.exited;
  }

  /** Waits until all partitions of the process that runs now have caught up. */
  async live(): Promise<void> {
    await eventually(
      'the engine is live',
      () => {
        const last = this.#started.at(-1);
        if (last?.process.hasExited() !== false) throw new Error('the engine has ended');
        return this.#lifeOf(last).liveAt !== undefined;
      },
      LIVE_WITHIN_MS,
    );
  }

  lives(): Life[] {
    return this.#started.map((started) => this.#lifeOf(started));
  }

  #lifeOf({ startedAt, logFile }: Started): Life {
    const lines = linesOf(logFile);
    const liveAts = new Map<unknown, number>();
    const alarms = new Map<string, number>();
    for (const { level, msg, time, partition } of lines) {
      if (msg === 'partition is live' && !liveAts.has(partition))
        liveAts.set(partition, Date.parse(time));
      if (level === 'error') alarms.set(msg, (alarms.get(msg) ?? 0) + 1);
    }
    const isLive = liveAts.size === this.#partitions;
    return {
      startedAt,
      liveAt: isLive ? Math.max(...liveAts.values()) : undefined,
      isRebuild: lines.some(({ msg }) => msg.startsWith('no checkpoint can be read')),
      alarms,
    };
  }
}

/** The last line of a process that was killed may be cut. */
function linesOf(logFile: string): EngineLine[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => logLine.parse(JSON.parse(line)));
}
