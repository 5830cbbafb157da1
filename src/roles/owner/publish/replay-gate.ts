import { ShoalError } from '../../../base/error.ts';
import type { Output } from '../../../engine/numbering.ts';

/*
 * Holds back what had been published before a restart.
 *
 * 1. Outputs with a number up to the last published one are not published again.
 * 2. At that number the chain equals the published one, or the partition stops: the state that
 *    would follow is not the one that others have been told of.
 */
export class ReplayGate {
  readonly #partition: number;
  readonly #publishedN: number;
  readonly #publishedChain: string;

  constructor(partition: number, publishedN: number, publishedChain: string) {
    this.#partition = partition;
    this.#publishedN = publishedN;
    this.#publishedChain = publishedChain;
  }

  /**
   * @returns those that have not been published yet
   * @throws ShoalError `diverged` (stop)
   */
  pass(outputs: readonly Output[]): readonly Output[] {
    const first = outputs[0];
    if (first === undefined || first.n > this.#publishedN) return outputs;
    for (const output of outputs) this.check(output.n, output.chain);
    return outputs.filter((output) => output.n > this.#publishedN);
  }

  /** @throws ShoalError `diverged` (stop) when the last published number has another chain */
  check(n: number, chain: string): void {
    if (n !== this.#publishedN || chain === this.#publishedChain || n === 0) return;
    throw this.#diverged(
      `number ${n} has the chain ${chain}, published was ${this.#publishedChain}`,
    );
  }

  /** To be called when all that has been published must have come up again. */
  checkReached(n: number): void {
    if (n >= this.#publishedN) return;
    throw this.#diverged(`its log leads to number ${n}, published was up to ${this.#publishedN}`);
  }

  #diverged(what: string): ShoalError {
    return new ShoalError({
      code: 'diverged',
      remedy: 'stop',
      message: `partition ${this.#partition} does not repeat what it has published: ${what}`,
      where: `partition ${this.#partition}`,
      hint: 'the log was changed, or this version decides otherwise: keep the data and ask',
    });
  }
}
