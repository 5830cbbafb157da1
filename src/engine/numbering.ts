import { fnv1a32 } from '../base/hash.ts';
import type { Effect } from './effect.ts';

/** An effect with its number in the partition and the hash chain up to it. */
export interface Output {
  readonly n: number;
  /** 16 hex digits. */
  readonly chain: string;
  readonly effect: Effect;
}

/** Few ask for the chain of each effect: only that of the last one is told. */
class Numbered implements Output {
  readonly n: number;
  readonly effect: Effect;
  readonly high: number;
  readonly low: number;

  constructor(n: number, effect: Effect, high: number, low: number) {
    this.n = n;
    this.effect = effect;
    this.high = high;
    this.low = low;
  }

  get chain(): string {
    return chainOf(this.high, this.low);
  }
}

/**
 * Numbers the effects of a partition from 1, without a gap, and chains their hashes: two engines
 * that have the same chain at the same number have said the same.
 */
export class Numbering {
  #n: number;
  #high: number;
  #low: number;

  constructor(n: number, chain: string) {
    this.#n = n;
    this.#high = Number.parseInt(chain.slice(0, 8), 16) | 0;
    this.#low = Number.parseInt(chain.slice(8), 16) | 0;
  }

  get n(): number {
    return this.#n;
  }

  get chain(): string {
    return chainOf(this.#high, this.#low);
  }

  take(effect: Effect): Output {
    const hash = hashOf(effect);
    this.#low = mix(this.#low ^ hash);
    this.#high = mix(this.#high ^ this.#low ^ Math.imul(hash, 0x9e3779b1));
    this.#n++;
    return new Numbered(this.#n, effect, this.#high, this.#low);
  }
}

/** Numbers effects as they come, and keeps them until they are taken. */
export class Outputs {
  #numbering = new Numbering(0, '0'.repeat(16));
  #waiting: Output[] = [];

  readonly emit = (effect: Effect): void => {
    this.#waiting.push(this.#numbering.take(effect));
  };

  /** Numbers some effects, and takes them with what waits. */
  takeWith(effects: readonly Effect[]): Output[] {
    for (const effect of effects) this.emit(effect);
    return this.take();
  }

  take(): Output[] {
    const outputs = this.#waiting;
    this.#waiting = [];
    return outputs;
  }

  /** Numbers go on behind this number and chain. */
  goOnFrom(n: number, chain: string): void {
    this.#numbering = new Numbering(n, chain);
  }

  get n(): number {
    return this.#numbering.n;
  }

  get chain(): string {
    return this.#numbering.chain;
  }
}

/** Part by part: to make one text of them would cost several times the hash. */
function hashOf(effect: Effect): number {
  const { kind, at, customer, why } = effect;
  let hash = fnv1a32(why, mix(fnv1a32(kind)));
  hash = mix(hash ^ (at | 0)) ^ Math.floor(at / 2 ** 32);
  hash = fnv1a32(subjectOf(effect), mix(hash));
  return fnv1a32(customer, mix(hash));
}

function subjectOf(effect: Effect): string {
  switch (effect.kind) {
    case 'entry':
    case 'exit':
      return effect.segment;
    case 'changed':
      return JSON.stringify([effect.attribute, effect.from, effect.to]);
    case 'happened':
      return JSON.stringify([effect.event, effect.properties]);
    case 'passed':
      return JSON.stringify([effect.to, effect.via, effect.parcel]);
    case 'forgotten':
      return '';
    case 'cancelled':
      return `${effect.campaign}\n${effect.triggeredAt}`;
    case 'due':
      return `${effect.campaign}\n${effect.triggeredAt}\n${JSON.stringify(effect.trigger)}`;
  }
}

/** The finaliser of MurmurHash3. @returns an i32: one above 2³¹ would be an object of its own */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function chainOf(high: number, low: number): string {
  return hex(high) + hex(low);
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
