import { ShoalError } from '../../../base/error.ts';
import type { Output } from '../../../engine/numbering.ts';
import type { MessagePlace } from './batch.ts';
import type { Gate } from './gate.ts';

/*
 * Holds back what had been published before a restart.
 *
 * 1. Outputs with a number up to the last published one are not published again.
 *    They are handed on to be kept.
 * 2. At that number the chain equals the published one, or the partition stops: the state that
 *    would follow is not the one that others have been told of.
 */
export class ReplayGate implements Gate {
  readonly isHolding = false;
  readonly #partition: number;
  readonly #publishedN: number;
  readonly #publishedChain: string;
  readonly #keep: (outputs: readonly Output[], from: MessagePlace) => void;

  /** @param keep takes what came up again and had been published */
  constructor(
    partition: number,
    published: { readonly n: number; readonly chain: string },
    keep: (outputs: readonly Output[], from: MessagePlace) => void,
  ) {
    this.#partition = partition;
    this.#publishedN = published.n;
    this.#publishedChain = published.chain;
    this.#keep = keep;
  }

  pass(outputs: readonly Output[], from: MessagePlace): readonly Output[] {
    const first = outputs[0];
    if (first === undefined || first.n > this.#publishedN) return outputs;
    for (const output of outputs) this.check(output.n, output.chain);
    const told = Math.min(outputs.length, this.#publishedN - first.n + 1);
    this.#keep(outputs.slice(0, told), from);
    return outputs.slice(told);
  }

  /** @throws ShoalError `diverged` (stop) when the last published number has another chain */
  check(n: number, chain: string): void {
    if (n !== this.#publishedN || chain === this.#publishedChain || n === 0) return;
    throw diverged(
      this.#partition,
      `number ${n} has the chain ${chain}, published was ${this.#publishedChain}`,
    );
  }

  checkReached(n: number): void {
    if (n >= this.#publishedN) return;
    const what = `its log leads to number ${n}, published was up to ${this.#publishedN}`;
    throw diverged(this.#partition, what);
  }
}

export function diverged(partition: number, what: string): ShoalError {
  return new ShoalError({
    code: 'diverged',
    remedy: 'stop',
    message: `partition ${partition} does not repeat what it has published: ${what}`,
    where: `partition ${partition}`,
    hint: 'the log was changed, or this version decides otherwise: keep the data and ask',
  });
}
