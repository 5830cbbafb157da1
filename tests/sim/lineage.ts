import { canonicalJson } from '../../src/base/json.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Effect } from '../../src/engine/effect.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { inputOf } from '../../src/roles/owner/apply/input.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import type { StoredCheckpoint } from '../../src/roles/ports/store.ts';
import { decodeManifest, type Manifest } from '../../src/wire/checkpoint.ts';
import { decodeLogMessage, isRaw } from '../../src/wire/log-codec.ts';
import type { TransitionRecord } from '../../src/wire/transition-record.ts';

/*
 * What each owner has applied, where the log itself was lost in part and can no longer say it: the
 * history of the checkpoint that it has loaded, then what it was given to read.
 *
 * 1. What it publishes comes up, in this order, when a fresh engine applies that history.
 * 2. What follows from messages that were stored after it had begun to read, it has published.
 */

/** A message that was given to an owner; for definitions, with what the log held then. */
interface Applied {
  readonly message: StoredMessage;
  readonly kept: readonly StoredMessage[];
}

/** All that was applied, and what was in force before the first of it. */
interface History {
  readonly definitions: Definitions | undefined;
  readonly applied: readonly Applied[];
}

const NO_HISTORY: History = { definitions: undefined, applied: [] };

/** From one beginning to read until the next. */
interface Reading {
  readonly by: string;
  readonly beganAt: number;
  readonly definitions: Definitions | undefined;
  readonly applied: Applied[];
  /** How much of it came with the checkpoint. */
  readonly loaded: number;
  position: number;
  readonly published: string[];
}

export class Lineages {
  readonly #settings: PartitionSettings;
  /** By the text of the manifest: what had been applied. */
  readonly #stored = new Map<string, History>();
  readonly #loaded = new Map<string, { checkpoint: StoredCheckpoint; chunks: Set<string> }>();
  /** Between their claim and their reading: what they publish then was published before. */
  readonly #recovering = new Set<string>();
  readonly #readings: Reading[] = [];

  constructor(settings: PartitionSettings) {
    this.#settings = settings;
  }

  onLoad(by: string, checkpoint: StoredCheckpoint | undefined): void {
    if (checkpoint === undefined) this.#loaded.delete(by);
    else this.#loaded.set(by, { checkpoint, chunks: new Set() });
  }

  /** A chunk was found, and its content was right. */
  onChunk(by: string, hash: string): void {
    this.#loaded.get(by)?.chunks.add(hash);
  }

  /** @param definitions in force where history has lost its beginning */
  onBegin(by: string, fromSequence: number, now: number, definitions: Definitions): void {
    this.#recovering.delete(by);
    const manifest = this.#restored(by);
    const cold = fromSequence > 1 ? { definitions, applied: [] } : NO_HISTORY;
    const base = manifest === undefined ? cold : (this.#stored.get(keyOf(manifest)) ?? NO_HISTORY);
    this.#readings.push({
      by,
      beganAt: now,
      definitions: base.definitions,
      applied: [...base.applied],
      loaded: base.applied.length,
      position: fromSequence - 1,
      published: [],
    });
  }

  onDelivered(
    by: string,
    messages: readonly StoredMessage[],
    kept: readonly StoredMessage[],
  ): void {
    const reading = this.#of(by);
    if (reading === undefined) return;
    for (const message of messages) {
      if (message.sequence <= reading.position) continue;
      reading.position = message.sequence;
      if (isRaw(message.headers) && knows(reading, message)) continue;
      const isControl = message.headers.get('Sh-K') === 'c';
      const before = isControl ? kept.filter(({ sequence }) => sequence <= message.sequence) : [];
      reading.applied.push({ message, kept: before });
    }
  }

  onCommitted(by: string, manifest: Uint8Array): void {
    const decoded = decodeManifest(manifest);
    const reading = this.#of(by);
    if (reading === undefined) return;
    const { definitions, applied, loaded } = reading;
    const isThere = ({ message }: Applied): boolean => message.sequence === decoded.sequence;
    // Before anything was read it is what was loaded, whatever has had this sequence before.
    const read = applied.slice(loaded).findLastIndex(isThere) + 1;
    this.#stored.set(keyOf(decoded), { definitions, applied: applied.slice(0, loaded + read) });
  }

  /** @returns true when it had been published before, and was lost */
  onRecord(by: string, { kind, items }: TransitionRecord): boolean {
    if (kind === 'claim') this.#recovering.add(by);
    if (this.#recovering.has(by)) return items.length > 0;
    this.#of(by)?.published.push(...items.map(textOf));
    return false;
  }

  /** The sequence up to which the last owner was given the log. */
  get position(): number {
    return this.#readings.at(-1)?.position ?? 0;
  }

  /** @returns what is wrong */
  check(log: readonly StoredMessage[]): string[] {
    const wrong: string[] = [];
    for (const reading of this.#readings) {
      const { effects } = this.#replay(reading);
      if (
        !isSubsequence(
          reading.published,
          effects.map(({ text }) => text),
        )
      )
        wrong.push(`${reading.by} has published what does not follow from what it was given`);
    }
    const last = this.#readings.at(-1);
    if (last === undefined) return wrong;
    const given = new Set(last.applied.map(({ message }) => nameOf(message)));
    const missed = log.filter((message) => !given.has(nameOf(message)));
    const names = missed.map(({ sequence }) => sequence).join();
    if (missed.length > 0) wrong.push(`${last.by} was never given the messages ${names}`);
    const fresh = this.#replay(last).effects.filter(({ storedAt }) => storedAt > last.beganAt);
    const tail = fresh.length === 0 ? [] : last.published.slice(-fresh.length);
    if (tail.join('\n') !== fresh.map(({ text }) => text).join('\n'))
      wrong.push(`${last.by} has not published what came while it ran`);
    return wrong;
  }

  /** The engine that has applied all that the last owner was given. */
  engine(): Partition | undefined {
    const last = this.#readings.at(-1);
    return last === undefined ? undefined : this.#replay(last).engine;
  }

  #replay({ definitions, applied }: History): {
    readonly engine: Partition;
    readonly effects: readonly { readonly text: string; readonly storedAt: number }[];
  } {
    const engine = new Partition(this.#settings, definitions);
    const effects = applied.flatMap(({ message, kept }) => {
      const decoded = decodeLogMessage(message.headers, message.body);
      const input = inputOf(message, decoded);
      if (input === undefined) return [];
      const isNew = decoded.kind === 'define' && engine.needsRebuild(decoded.definitions);
      const outputs = engine.apply(input);
      if (decoded.kind === 'define' && isNew) {
        const place = { before: engine, isTrimmed: (kept[0]?.sequence ?? 1) > 1 };
        const rebuilt = Partition.withDefinitions(this.#settings, decoded.definitions, place);
        for (const one of kept) {
          const again = inputOf(one, decodeLogMessage(one.headers, one.body));
          if (again !== undefined) rebuilt.apply(again);
        }
        outputs.push(...engine.redefine(rebuilt));
      }
      const { storedAt } = message;
      return outputs.map(({ effect }) => ({ text: textOf(effect), storedAt }));
    });
    return { engine, effects };
  }

  #of(by: string): Reading | undefined {
    return this.#readings.findLast((reading) => reading.by === by);
  }

  /** The newest manifest of which an owner has found every chunk. */
  #restored(by: string): Manifest | undefined {
    const loaded = this.#loaded.get(by);
    if (loaded === undefined) return undefined;
    const { checkpoint, chunks } = loaded;
    return [checkpoint.manifest, checkpoint.previous]
      .flatMap((bytes) => (bytes === undefined ? [] : decodeManifest(bytes)))
      .find(({ sections }) =>
        sections.every((one) => one.chunks.every((hash) => chunks.has(hash))),
      );
  }
}

function keyOf({ sequence, storedAt, n, chain, streamTime }: Manifest): string {
  return [sequence, storedAt, n, chain, streamTime].join();
}

function nameOf({ sequence, storedAt }: StoredMessage): string {
  return `${sequence} of ${storedAt}`;
}

function textOf(effect: Effect): string {
  // The order of its fields says nothing.
  return canonicalJson(effect);
}

/** What bears no stamp is known by its place and its time. */
function knows({ applied }: History, message: StoredMessage): boolean {
  return applied.some((one) => nameOf(one.message) === nameOf(message));
}

function isSubsequence(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const one of all) if (some[at] === one) at++;
  return at === some.length;
}
