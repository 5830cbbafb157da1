import type { Output } from '../../../engine/numbering.ts';
import type { Partition } from '../../../engine/partition.ts';
import type { MessagePlace } from './batch.ts';
import type { Told } from './claim.ts';
import type { Gate } from './gate.ts';

/*
 * Holds back what was told before, where a replay cannot repeat its numbers: the log was set back,
 * or the state was built without a checkpoint, or messages are missing.
 *
 * 1. What follows from a message that had been told of is dropped, and behind it numbers and the
 *    chain go on from what was told: no number is used twice.
 * 2. Of a message whose outputs had been told in part, the rest is told.
 */
export class ResumeGate implements Gate {
  readonly #engine: Partition;
  readonly #told: Told;
  readonly #isTold: (from: MessagePlace) => boolean;
  #isHolding = true;
  /** How many outputs of the last told message have come up. */
  #items = 0;

  /** @param engine whose numbers go on from `told` at once */
  constructor(engine: Partition, told: Told, isTold: (from: MessagePlace) => boolean) {
    this.#engine = engine;
    this.#told = told;
    this.#isTold = isTold;
    engine.goOnFrom(told.n, told.chain, []);
  }

  get isHolding(): boolean {
    return this.#isHolding;
  }

  pass(outputs: readonly Output[], from: MessagePlace): readonly Output[] {
    if (!this.#isHolding) return outputs;
    if (!this.#isTold(from)) {
      this.#isHolding = false;
      return outputs;
    }
    const { n, chain } = this.#told;
    const rest = this.#isLastTold(from) ? this.#untold(outputs) : [];
    if (rest.length > 0) this.#isHolding = false;
    const effects = rest.map(({ effect }) => effect);
    return this.#engine.goOnFrom(n, chain, effects);
  }

  checkReached(): void {
    this.#isHolding = false;
  }

  #isLastTold({ sequence, storedAt }: MessagePlace): boolean {
    const { source, sourceAt, sourceItems } = this.#told;
    return sourceItems > 0 && sequence === source && storedAt === sourceAt;
  }

  #untold(outputs: readonly Output[]): readonly Output[] {
    const told = Math.max(0, this.#told.sourceItems - this.#items);
    this.#items += outputs.length;
    return outputs.slice(told);
  }
}
