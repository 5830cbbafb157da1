import { hostname } from 'node:os';

/*
 * Names a process as the holder of leases, so that its successor on the same machine need not wait
 * until they end by themselves.
 */

/** @param boot names this boot: no other process has the same. No spaces. */
export function holderName(boot: string): string {
  return `${hostname()} ${process.pid} ${boot}`;
}

/**
 * Whether the process that holds a lease has certainly ended: it was one of this machine, and its
 * number is nobody's now, or ours (in containers each program has the same).
 */
export function isGone(holder: string, ownBoot: string): boolean {
  const [host, pid, boot] = holder.split(' ');
  if (host !== hostname() || boot === ownBoot) return false;
  return Number(pid) === process.pid || !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user: it runs.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
