import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ShoalError } from '../../base/error.ts';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { freePort } from './loopback.ts';

/** A server of our own on a loopback port. It dies with this process, even by SIGKILL. */
export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  readonly dataFolder: string;
  /** SIGTERM, waits for the end, and removes the data unless the folder was given. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. The data stays. */
  kill(): Promise<void>;
  /**
   * Starts again on the same port with the same data; ends it by SIGTERM first where it still runs.
   */
  restart(): Promise<void>;
}

export interface LocalServerOptions {
  /** Made when it is missing, and kept. Without it: a private one, removed by `stop`. */
  readonly dataFolder?: string | undefined;
  /** Without it: any free one. */
  readonly port?: number | undefined;
}

/** How one kind of server is started and recognised. */
export interface ServerKind {
  readonly name: string;
  readonly program: string;
  readonly scheme: string;
  args(place: ServerPlace): readonly string[];
  /** On top of our own. */
  environment?(place: ServerPlace): Readonly<Record<string, string>>;
  /** Whether the server that answers on the port is this one and ready. */
  isReady(place: ServerPlace, pid: number): Promise<boolean>;
}

export interface ServerPlace {
  readonly port: number;
  readonly dataFolder: string;
}

const READY_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 10_000;
const PORTS_TRIED_MAX = 5;

/**
 * Starts a server and waits until it is ready.
 *
 * @throws ShoalError `local-server-failed` (stop), with the end of its log
 */
export async function startLocalServer(
  kind: ServerKind,
  options: LocalServerOptions = {},
): Promise<LocalServer> {
  const isPrivate = options.dataFolder === undefined;
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), `shoal-${kind.name}-`)));
  await mkdir(dataFolder, { recursive: true });
  const start = (port: number): Promise<GuardedProcess> =>
    startProcess(kind, { port, dataFolder }, isPrivate);

  const started = await startOnSomePort(start, options.port).catch(async (error: unknown) => {
    if (isPrivate) await rm(dataFolder, { recursive: true, force: true });
    throw error;
  });
  const { port } = started;
  let { running } = started;

  async function end(signal: 'TERM' | 'KILL'): Promise<void> {
    running.signal(signal);
    const late = setTimeout(() => running.signal('KILL'), ENDS_WITHIN_MS);
    await running.exited;
    clearTimeout(late);
  }

  return {
    url: `${kind.scheme}://127.0.0.1:${port}`,
    port,
    dataFolder,
    get pid() {
      return running.pid;
    },
    stop: async () => {
      await end('TERM');
      if (isPrivate) await rm(dataFolder, { recursive: true, force: true });
    },
    kill: () => end('KILL'),
    restart: async () => {
      await end('TERM');
      running = await start(port);
    },
  };
}

async function startOnSomePort(
  start: (port: number) => Promise<GuardedProcess>,
  wanted: number | undefined,
): Promise<{ port: number; running: GuardedProcess }> {
  for (let tried = 1; ; tried++) {
    const port = wanted ?? (await freePort());
    try {
      return { port, running: await start(port) };
    } catch (error) {
      // Somebody may have taken the port between the look and the start.
      if (wanted !== undefined || tried === PORTS_TRIED_MAX) throw error;
    }
  }
}

async function startProcess(
  kind: ServerKind,
  place: ServerPlace,
  isPrivate: boolean,
): Promise<GuardedProcess> {
  const logFile = join(place.dataFolder, `${kind.name}.log`);
  const running = await startGuarded({
    program: kind.program,
    args: kind.args(place),
    environment: kind.environment?.(place),
    logFile,
    scratchFolder: isPrivate ? place.dataFolder : undefined,
  });
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (!running.hasExited() && performance.now() < giveUpAt) {
    if (await kind.isReady(place, running.pid)) return running;
    await sleep(20);
  }
  running.signal('KILL');
  await running.exited;
  const log = await readFile(logFile, 'utf8').catch(() => '');
  throw new ShoalError({
    code: 'local-server-failed',
    remedy: 'stop',
    message: `${kind.name} on port ${place.port} did not become ready`,
    where: isPrivate ? undefined : logFile,
    hint: `the end of its log:\n${log.split('\n').slice(-8).join('\n')}`,
  });
}
