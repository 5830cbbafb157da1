import { assert } from '../../../base/assert.ts';
import type { Output } from '../../../engine/numbering.ts';
import {
  encodeRecord,
  RECORD_BYTES_MAX,
  RECORD_ITEMS_MAX,
  type RecordSource,
  type TransitionRecord,
} from '../../../wire/transition-record.ts';

/** An output, and what it followed from: it is the `sourceItems`-th of that message. */
export interface Sourced extends RecordSource {
  readonly output: Output;
}

/** The message that outputs follow from. */
export interface MessagePlace {
  readonly sequence: number;
  readonly storedAt: number;
}

/** Counts the outputs of each message, over all calls for the same one. */
export class SourceCount {
  #source: number;
  #sourceAt: number;
  #items: number;

  /** @param from what the last told output followed from */
  constructor({ source, sourceAt, sourceItems }: RecordSource) {
    this.#source = source;
    this.#sourceAt = sourceAt;
    this.#items = sourceItems;
  }

  next(output: Output, { sequence, storedAt }: MessagePlace): Sourced {
    const isSame = sequence === this.#source && storedAt === this.#sourceAt;
    this.#items = isSame ? this.#items + 1 : 1;
    this.#source = sequence;
    this.#sourceAt = storedAt;
    return { output, source: sequence, sourceAt: storedAt, sourceItems: this.#items };
  }
}

export interface Batch {
  readonly record: TransitionRecord;
  readonly body: Uint8Array;
}

/** A record of the first of these outputs, as many as fit; they are contiguous, and not none. */
export function nextBatch(epoch: number, outputs: readonly Sourced[]): Batch {
  let count = likelyCount(outputs);
  for (;;) {
    const record = recordOf(epoch, outputs.slice(0, count));
    const body = encodeRecord(record);
    if (body.length <= RECORD_BYTES_MAX || count === 1) return { record, body };
    count = Math.ceil(count / 2);
  }
}

/** So many fit as far as their long texts go: to encode a thousand slices of customers is dear. */
function likelyCount(outputs: readonly Sourced[]): number {
  const end = Math.min(outputs.length, RECORD_ITEMS_MAX);
  let length = 0;
  for (let i = 0; i < end; i++) {
    const effect = outputs[i]?.output.effect;
    if (effect?.kind !== 'passed' || effect.parcel.type !== 'merge') continue;
    length += effect.parcel.text.length;
    if (length > RECORD_BYTES_MAX) return Math.max(1, i);
  }
  return end;
}

function recordOf(epoch: number, outputs: readonly Sourced[]): TransitionRecord {
  const [first, last] = [outputs[0], outputs.at(-1)];
  assert(first !== undefined && last !== undefined, 'a record has items');
  const { source, sourceAt, sourceItems } = last;
  return {
    kind: 'batch',
    epoch,
    from: first.output.n,
    to: last.output.n,
    items: outputs.map(({ output }) => output.effect),
    chain: last.output.chain,
    source,
    sourceAt,
    sourceItems,
  };
}
