import { BUGS } from './bugs.ts';
import type { Outcome } from './run.ts';
import { Reached, SOMETIMES } from './sometimes.ts';
import type { JobDone } from './worker.ts';

type Told = Omit<Outcome, 'text'>;

/** What many seeds came to. */
export class Summary {
  readonly #reached = new Reached();
  readonly #broken: Told[] = [];
  /** The seed that found each bug. */
  readonly #found = new Map<string, Told>();
  #seeds = 0;
  #faults = 0;
  #messages = 0;
  #transitions = 0;
  #steps = 0;

  add({ job, outcomes, sound }: JobDone): void {
    if (job.bug === undefined) {
      for (const outcome of outcomes) this.#count(outcome);
      return;
    }
    if (sound !== undefined && sound.violations.length > 0) this.#broken.push(sound);
    const found = outcomes.find(({ violations }) => violations.length > 0);
    if (found !== undefined) this.#found.set(job.bug, found);
  }

  get isGood(): boolean {
    return (
      this.#broken.length === 0 && this.missing().length === 0 && this.#found.size === BUGS.length
    );
  }

  /** What should have come up and has not. */
  missing(): string[] {
    return SOMETIMES.filter((what) => this.#reached.count(what) === 0);
  }

  lines(elapsedMs: number, cpuMs: number): string[] {
    const broken = this.#broken.toSorted((a, b) => a.seed - b.seed);
    return [
      ...SOMETIMES.map((what) => `  ${String(this.#reached.count(what)).padStart(6)}  ${what}`),
      ...BUGS.map(({ name }) => this.#foundLine(name)),
      ...broken.map(({ seed, violations }) => `  seed ${seed}: ${violations[0] ?? ''}`),
      `seeds ${this.#seeds}, faults ${this.#faults}, messages ${this.#messages}, ` +
        `transitions ${this.#transitions}, steps ${this.#steps}`,
      `took ${(elapsedMs / 1_000).toFixed(1)} s, ${(cpuMs / 1_000).toFixed(1)} s of CPU`,
      `broken ${broken.length}, sometimes ${SOMETIMES.length - this.missing().length} of ` +
        `${SOMETIMES.length}, planted bugs found ${this.#found.size} of ${BUGS.length}`,
    ];
  }

  #count(outcome: Told): void {
    this.#seeds++;
    this.#faults += outcome.faults.length;
    this.#messages += outcome.messages;
    this.#transitions += outcome.transitions;
    this.#steps += outcome.steps;
    this.#reached.add(outcome.reached);
    if (outcome.violations.length > 0) this.#broken.push(outcome);
  }

  #foundLine(bug: string): string {
    const found = this.#found.get(bug);
    if (found === undefined) return `  NOT FOUND: ${bug}`;
    return `  found by seed ${found.seed}: ${bug}: ${(found.violations[0] ?? '').split('\n')[0]}`;
  }
}
