import type { Definitions } from '../../src/compile/definitions.ts';
import type { Count } from '../../src/engine/effect.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { inputOf } from '../../src/roles/owner/apply/input.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import type { LogMessage } from '../../src/wire/log-message.ts';
import type { Command } from '../model/command.ts';
import { Model } from '../model/model.ts';

/**
 * What a log says: a fresh engine that reads each message at the moment at which it is stored, and
 * knows of no crash, no restore and no repeat.
 */
export class Truth {
  readonly #settings: PartitionSettings;
  readonly #engine: Partition;
  readonly #messages: StoredMessage[] = [];
  readonly #chains: string[] = ['0'.repeat(16)];
  #definitions: Definitions | undefined;

  constructor(settings: PartitionSettings) {
    this.#settings = settings;
    this.#engine = new Partition(settings);
  }

  get lastSequence(): number {
    return this.#messages.at(-1)?.sequence ?? 0;
  }

  get n(): number {
    return this.#engine.n;
  }

  get skipped(): ReadonlyMap<string, number> {
    return this.#engine.skipped;
  }

  counts(): ReadonlyMap<string, Count> {
    return this.#engine.counts();
  }

  get definitions(): Definitions | undefined {
    return this.#definitions;
  }

  hasDefinitions(definitions: Definitions): boolean {
    return this.#engine.hasDefinitions(definitions);
  }

  /** When the first of the timers is due that have not fired. */
  get nextDueAt(): number {
    return this.#engine.nextDueAt();
  }

  /** The chain at a number; undefined when the log does not say as much. */
  chainAt(n: number): string | undefined {
    return this.#chains[n];
  }

  onMessage(stored: StoredMessage): void {
    this.#messages.push(stored);
    const message = decodeLogMessage(stored.headers, stored.body);
    const input = inputOf(stored, message);
    if (input === undefined) return;
    const isNew = message.kind === 'define' && this.#engine.needsRebuild(message.definitions);
    const outputs = this.#engine.apply(input);
    if (message.kind === 'define') {
      if (isNew) outputs.push(...this.#redefine(message.definitions));
      this.#definitions = message.definitions;
    }
    for (const { chain } of outputs) this.#chains.push(chain);
  }

  /** What the naive model makes of the same log under the definitions that are in force now. */
  model(): Model {
    const { segments = [] } = this.#definitions ?? {};
    const model = new Model(segments, 'UTC', this.#settings);
    for (const message of this.#messages) {
      const command = commandOf(message, decodeLogMessage(message.headers, message.body));
      if (command !== undefined) model.apply(command);
    }
    return model;
  }

  #redefine(definitions: Definitions): Output[] {
    const place = { before: this.#engine, isTrimmed: false };
    const rebuilt = Partition.withDefinitions(this.#settings, definitions, place);
    for (const message of this.#messages) {
      const input = inputOf(message, decodeLogMessage(message.headers, message.body));
      if (input !== undefined) rebuilt.apply(input);
    }
    return this.#engine.redefine(rebuilt);
  }
}

function commandOf({ storedAt }: StoredMessage, message: LogMessage): Command | undefined {
  const { stamp, sentAt } = message;
  switch (message.kind) {
    case 'events': {
      const { events, history } = message;
      return { kind: 'message', stamp, storedAt, sentAt, events, history };
    }
    case 'tick':
      return { kind: 'tick', stamp, storedAt, sentAt: sentAt ?? storedAt };
    case 'define':
      // It moves time like a batch without events.
      return { kind: 'message', stamp, storedAt, sentAt, events: [] };
    case 'passed':
    case 'forget':
    case 'skip':
    case 'unknown':
      return undefined;
  }
}
