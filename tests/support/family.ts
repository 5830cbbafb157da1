import { readdirSync, readFileSync } from 'node:fs';

/** A process as /proc shows it. */
interface Known {
  readonly pid: number;
  readonly parent: number;
  /** Tells a process from a later one that was given the same id. */
  readonly startedAt: string;
}

/**
 * A process and all that descend from it, found by a mark in their environment. A program may write
 * over its environment, as redis-server does: so children of members are members, and who has been
 * seen as one remains one when its parent ends.
 */
export class Family {
  readonly #mark: string;
  readonly #seen = new Set<string>();

  /** @param mark a variable's whole `NAME=value`, given to the first process */
  constructor(mark: string) {
    this.#mark = mark;
  }

  /** The ids of those that live now. */
  alive(): number[] {
    const members = new Set<number>();
    const others = new Set(processes());
    for (let before = -1; before !== members.size;) {
      before = members.size;
      for (const one of others) {
        if (!this.#isMember(one, members)) continue;
        members.add(one.pid);
        this.#seen.add(keyOf(one));
        others.delete(one);
      }
    }
    return [...members];
  }

  #isMember(one: Known, members: ReadonlySet<number>): boolean {
    if (members.has(one.parent) || this.#seen.has(keyOf(one))) return true;
    return readProc(one.pid, 'environ').split('\0').includes(this.#mark);
  }
}

/** The name of a process's program; empty when it has ended. */
export function commandOf(pid: number): string {
  return readProc(pid, 'comm').trim();
}

/** All that live; those that have ended and were not waited for yet do not. */
function processes(): Known[] {
  return readdirSync('/proc').flatMap((name) => {
    const stat = readProc(Number(name), 'stat');
    // The program's name may hold anything, so fields are counted from its end on.
    const [state = 'X', parent = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || 'ZX'.includes(state)) return [];
    return [{ pid: Number(name), parent: Number(parent), startedAt: rest[17] ?? '' }];
  });
}

function keyOf({ pid, startedAt }: Known): string {
  return `${pid} ${startedAt}`;
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
