/*
 * What befalls the calls of processes, as it was decided beforehand: each fate waits for a call of
 * its kind and is used once.
 */

/**
 * `crash-before`: the process ends before the call leaves; `crash-after`: when it has landed;
 * `lost`: it never arrives and nobody answers; `unanswered`: it lands, the answer does not;
 * `late`: no answer, and it lands when the caller has long given up; `twice`: it lands twice.
 */
export type Fate = 'crash-before' | 'crash-after' | 'lost' | 'unanswered' | 'late' | 'twice';

/** What a call does. Those of `append` are told apart by what is appended. */
export const EFFECTS = [
  'append claim',
  'append batch',
  'append tick',
  'append control',
  'putChunk',
  'commit',
  'dropChunks',
] as const;

/** What a relay does, where customers join over partitions. */
export const JOIN_EFFECTS = [
  'append passed',
  'append trigger',
  'save positions',
  'directory join',
] as const;

/** One of `EFFECTS`, or another that is not worth a fault of its own. */
export type EffectName = string;

interface Waiting {
  readonly effect: EffectName;
  readonly fate: Fate;
  /** So many calls pass before. */
  skips: number;
}

export class Fates {
  #waiting: Waiting[] = [];

  arm(effect: EffectName, fate: Fate, skips: number): void {
    this.#waiting.push({ effect, fate, skips });
  }

  disarm(): void {
    this.#waiting = [];
  }

  take(effect: EffectName): Fate | undefined {
    for (const waiting of this.#waiting) {
      if (waiting.effect !== effect || waiting.skips-- > 0) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      return waiting.fate;
    }
    return undefined;
  }
}
