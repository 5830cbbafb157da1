import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { End, Request, Who } from './contestant.ts';
import type { Load } from './world.ts';

/*
 * Runs contestants in turns, so that what else the machine does falls on all of them alike: only
 * one works at any time, and a ratio is taken between figures of the same round.
 */

export interface Entrant {
  readonly name: string;
  readonly who: Who;
  readonly load: Load;
}

export interface Lengths {
  readonly rounds: number;
  readonly warmEvents: number;
  readonly roundEvents: number;
}

export interface Result extends Entrant {
  /** Microseconds an event, one figure a round. */
  readonly micros: readonly number[];
  readonly end: End;
  readonly memory: unknown;
}

const CONTESTANT = fileURLToPath(new URL('contestant.js', import.meta.url));

export async function compete(entrants: readonly Entrant[], lengths: Lengths): Promise<Result[]> {
  const lanes = entrants.map((entrant) => ({ entrant, child: start(entrant), micros: [0] }));
  try {
    for (const lane of lanes) {
      await ask(lane.child, { do: 'warm', events: lengths.warmEvents });
      lane.micros.length = 0;
    }
    for (let round = 0; round < lengths.rounds; round++) {
      for (const lane of lanes) {
        // What is answered to a round is its figure.
        const answer = await ask(lane.child, { do: 'round', events: lengths.roundEvents });
        lane.micros.push(answer as number);
      }
    }
    const results: Result[] = [];
    for (const { entrant, child, micros } of lanes) {
      // What is answered to an end is one.
      const end = (await ask(child, { do: 'end' })) as End;
      results.push({ ...entrant, micros, end, memory: await ask(child, { do: 'memory' }) });
    }
    return results;
  } finally {
    for (const { child } of lanes) child.kill();
  }
}

function start({ who, load }: Entrant): ChildProcess {
  return fork(CONTESTANT, [who, JSON.stringify(load)], { execArgv: process.execArgv });
}

async function ask(child: ChildProcess, request: Request): Promise<unknown> {
  const done = new AbortController();
  const { signal } = done;
  const answered = once(child, 'message', { signal });
  const ended = once(child, 'exit', { signal }).then(([status]) => {
    throw new Error(`a contestant ended with status ${String(status)}`);
  });
  child.send(request);
  try {
    const [message]: unknown[] = await Promise.race([answered, ended]);
    return (message as { readonly answer?: unknown }).answer;
  } finally {
    done.abort();
    await Promise.allSettled([answered, ended]);
  }
}
