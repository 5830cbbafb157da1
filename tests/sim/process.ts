import { ShoalError } from '../../src/base/error.ts';
import type { Clock } from '../../src/roles/ports/clock.ts';
import type { EffectName, Fates } from './fate.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Reached } from './sometimes.ts';

/** How a call goes over the network to a server. */
export interface Call<Result> {
  readonly effect: EffectName;
  /** What the server does when the call lands. */
  readonly act: () => Result;
  readonly isAway: () => boolean;
  /** What the caller is told when nobody answers. */
  readonly unanswered: () => Result;
  readonly patienceMs: number;
}

export interface ProcessPlace {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly fates: Fates;
  readonly reached: Reached;
}

/**
 * A process of the world: its clock, and its way to the servers. Once it is dead none of its calls
 * is answered and none of its sleeps ends, so what ran in it hangs for ever; what had been sent
 * still lands.
 */
export class SimProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly place: ProcessPlace;
  /** How far its clock is off, ms. */
  skewMs = 0;
  #isAlive = true;
  #sleepsTo = 0;
  #lastArrivalAt = 0;
  readonly #onKilled: () => void;

  constructor(name: string, place: ProcessPlace, onKilled: () => void) {
    this.name = name;
    this.place = place;
    this.#onKilled = onKilled;
    this.clock = {
      now: () => Math.floor(place.scheduler.now + this.skewMs),
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#onKilled();
  }

  /** Does nothing for so long, as a machine that swaps. */
  pause(ms: number): void {
    this.#sleepsTo = Math.max(this.#sleepsTo, this.place.scheduler.now + ms);
  }

  get isPaused(): boolean {
    return this.place.scheduler.now < this.#sleepsTo;
  }

  /** Runs something in this process: when it is awake, never when it is dead. */
  enter(delayMs: number, run: () => void): () => void {
    const { scheduler } = this.place;
    let cancel = scheduler.after(delayMs, () => {
      if (!this.#isAlive) return;
      if (this.isPaused) cancel = this.enter(this.#sleepsTo - scheduler.now, run);
      else run();
    });
    return () => cancel();
  }

  call<Result>(call: Call<Result>): Promise<Result> {
    return new Promise((resolve, reject) => this.#send(call, resolve, reject));
  }

  #send<Result>(
    { effect, act, isAway, unanswered, patienceMs }: Call<Result>,
    resolve: (result: Result) => void,
    reject: (reason: unknown) => void,
  ): void {
    const { scheduler, fates, reached } = this.place;
    if (!this.#isAlive) return;
    const fate = fates.take(effect);
    const settle = (result: () => Result): void => {
      try {
        resolve(result());
      } catch (error) {
        reject(error);
      }
    };
    const giveUp = (): void => void this.enter(patienceMs, () => settle(unanswered));
    if (fate === 'crash-before') {
      reached.mark(`crash before ${effect}`);
      return this.kill();
    }
    if (fate === 'lost') {
      reached.mark(`${kindOf(effect)} without an answer did not land`);
      return giveUp();
    }
    scheduler.after(this.#arrivalMs() + (fate === 'late' ? patienceMs + this.#lateMs() : 0), () => {
      if (isAway()) return fate === 'late' ? undefined : giveUp();
      const result = act();
      if (fate === 'twice') act();
      if (fate === 'crash-after') {
        reached.mark(`crash after ${effect}`);
        return this.kill();
      }
      if (fate === 'late') {
        return reached.mark(`${kindOf(effect)} landed when its sender had given up`);
      }
      if (fate === 'unanswered') {
        reached.mark(`${kindOf(effect)} landed without an answer`);
        return giveUp();
      }
      this.enter(this.#latencyMs(), () => settle(() => result));
    });
    if (fate === 'late') giveUp();
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (signal?.aborted === true) return reject(reasonOf(signal));
      const onAbort = (): void => {
        cancel();
        if (signal !== undefined) reject(reasonOf(signal));
      };
      const cancel = this.enter(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #lateMs(): number {
    return this.place.random.between(10, 12_000);
  }

  #latencyMs(): number {
    return this.place.random.between(1, 5);
  }

  /** Calls of one process arrive in the order in which they were made. */
  #arrivalMs(): number {
    const { now } = this.place.scheduler;
    this.#lastArrivalAt = Math.max(this.#lastArrivalAt, now + this.#latencyMs());
    return this.#lastArrivalAt - now;
  }
}

/** What an aborted signal gives as its reason is what its controller was given: an error. */
function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

function kindOf(effect: EffectName): string {
  return effect.startsWith('append') ? 'an append' : `a ${effect}`;
}

export function away(code: 'log-away' | 'store-away'): ShoalError {
  return new ShoalError({ code, remedy: 'retry', message: `${code}: nobody answers` });
}
