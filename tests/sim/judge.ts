import { Numbering } from '../../src/engine/numbering.ts';
import type { CheckpointCommit } from '../../src/roles/ports/store.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import { chunksOf, decodeManifest } from '../../src/wire/checkpoint.ts';
import { decodeRecord, type TransitionRecord } from '../../src/wire/transition-record.ts';
import type { Shelf } from './shelf.ts';
import type { Truth } from './truth.ts';

/*
 * Looks at everything that lands, at the moment at which it lands.
 *
 * 1. Numbers are contiguous from 1, each is used once, and the chain goes on over them.
 * 2. What is published is what the log says.
 * 3. An epoch belongs to one process, which has claimed it first, and epochs only grow.
 * 4. A checkpoint is never ahead of the transitions or of the log, its chunks are there, and none
 *    is stored by an owner that has been followed by another one's checkpoint.
 */

const NO_CHAIN = '0'.repeat(16);

interface Entry {
  readonly record: TransitionRecord;
  readonly by: string;
}

export class Judge {
  /** Undefined where the log was lost in part: then it cannot say any more what was right. */
  readonly truth: Truth | undefined;
  readonly #violations: string[];
  #entries: Entry[] = [];
  #numbering = new Numbering(0, NO_CHAIN);
  /** The chain at each number. */
  #chains: string[] = [NO_CHAIN];
  #epoch = 0;
  readonly #owners = new Map<number, string>();
  readonly #claims = new Map<string, number>();
  #storedEpoch = 0;
  /** From a loss of transitions until somebody has claimed the partition and seen it. */
  #isTorn = false;

  /** @param violations where to say what is wrong */
  constructor(truth: Truth | undefined, violations: string[]) {
    this.truth = truth;
    this.#violations = violations;
  }

  /** The last published number. */
  get n(): number {
    return this.#numbering.n;
  }

  get records(): readonly TransitionRecord[] {
    return this.#entries.map(({ record }) => record);
  }

  say(what: string): void {
    this.#violations.push(what);
  }

  onTransitions({ sequence, body }: StoredMessage, by: string): void {
    const record = decodeRecord(body);
    this.#entries.push({ record, by });
    const { kind, epoch, from, to, items, chain } = record;
    const name = `record ${sequence} (${kind} of ${by}, epoch ${epoch}, ${from}–${to})`;
    if (kind === 'claim') this.#isTorn = false;
    else if (this.#claims.get(by) !== epoch) this.say(`${name} comes without a claim`);
    this.#checkEpoch(epoch, by, name);
    if (kind === 'gap' && from > this.n + 1) return this.#jump(to, chain);
    if (from !== this.n + 1) this.say(`${name} comes behind number ${this.n}`);
    for (const item of items) this.#chains.push(this.#numbering.take(item).chain);
    if (chain !== this.#numbering.chain) this.say(`${name} breaks the chain`);
    if (this.truth === undefined) return;
    const wanted = this.truth.chainAt(to);
    if (wanted === undefined) this.say(`${name} says more than the log`);
    else if (wanted !== chain) this.say(`${name} is not what the log says`);
  }

  onCommitted({ epoch, manifest }: CheckpointCommit, by: string, shelf: Shelf): void {
    const { sequence, n, chain, sections } = decodeManifest(manifest);
    const name = `checkpoint of ${by} (epoch ${epoch}, sequence ${sequence}, n ${n})`;
    if (!this.#isTorn) {
      if (n > this.n) this.say(`${name} is ahead of number ${this.n}`);
      else if (this.#chains[n] !== chain) this.say(`${name} has another chain than was published`);
    }
    if (this.truth !== undefined && sequence > this.truth.lastSequence)
      this.say(`${name} is ahead of the log`);
    // What the owner claimed, whatever it says now.
    const claimed = this.#claims.get(by) ?? 0;
    if (claimed !== epoch) this.say(`${name} was claimed with epoch ${claimed}`);
    if (claimed < this.#storedEpoch) this.say(`${name} comes behind epoch ${this.#storedEpoch}`);
    this.#storedEpoch = claimed;
    const missing = sections.flatMap(({ chunks }) => chunks).find((one) => !shelf.chunks.has(one));
    if (missing !== undefined) this.say(`${name} names a chunk that is not there`);
  }

  /** The broker has lost its last records. */
  forgetRecords(count: number): void {
    const kept = count <= 0 ? this.#entries : this.#entries.slice(0, -count);
    this.#entries = [];
    this.#numbering = new Numbering(0, NO_CHAIN);
    this.#chains = [NO_CHAIN];
    this.#owners.clear();
    this.#epoch = 0;
    for (const { record, by } of kept) {
      this.#entries.push({ record, by });
      this.#owners.set(record.epoch, by);
      this.#epoch = record.epoch;
      if (record.from > this.n + 1) this.#jump(record.to, record.chain);
      for (const item of record.items) this.#chains.push(this.#numbering.take(item).chain);
    }
    this.#isTorn = true;
  }

  /** After chunks were dropped: what the store has of the current manifest is whole. */
  onDropped(shelf: Shelf, by: string): void {
    const { checkpoint } = shelf;
    if (checkpoint === undefined) return;
    for (const hash of chunksOf(decodeManifest(checkpoint.manifest))) {
      if (!shelf.chunks.has(hash)) return this.say(`${by} dropped a chunk of the checkpoint`);
    }
  }

  /** The store was set back. */
  forgetStored(): void {
    this.#storedEpoch = 0;
  }

  /** An operator has accepted that numbers are missing. */
  #jump(n: number, chain: string): void {
    this.#numbering = new Numbering(n, chain);
    this.#chains[n] = chain;
  }

  #checkEpoch(epoch: number, by: string, name: string): void {
    const owner = this.#owners.get(epoch) ?? by;
    this.#owners.set(epoch, owner);
    this.#claims.set(by, epoch);
    if (owner !== by) this.say(`${name} has the epoch of ${owner}`);
    if (epoch < this.#epoch) this.say(`${name} comes behind epoch ${this.#epoch}`);
    this.#epoch = Math.max(this.#epoch, epoch);
  }
}
