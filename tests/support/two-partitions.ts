import { UTC } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { identify, of, track } from '../model/story.ts';
import { ConnectedPartitions } from './connected.ts';
import { someoneOf } from './parcels.ts';

export const SETTINGS: PartitionSettings = {
  ...{ clock: 'broker', graceMs: 0, dedupWindowMs: 600_000, dedupIdsMax: 100 },
  partitions: 2,
};
export const [phone, tablet] = [someoneOf(0, 2, 'phone'), someoneOf(0, 2, 'tablet')];
export const [ann, bob] = [someoneOf(1, 2, 'ann'), someoneOf(1, 2, 'bob')];

export function defined(rules: Record<string, Rule>, more: Partial<Definitions> = {}): Definitions {
  const segments = Object.entries(rules).map(([id, rule]) => ({ id, name: id, rule }));
  return { segments, campaigns: [], zone: UTC, ...more };
}

export function visit(id: string, at: number, name = 'Viewed', properties = {}): CustomerEvent {
  return { ...of(id, track(name, at, properties)), anonymousId: id };
}

export function login(id: string, other: string, at: number): CustomerEvent {
  return { ...of(id, identify(at, {})), anonymousId: other };
}

export function alias(id: string, other: string, at: number): CustomerEvent {
  return { ...login(id, other, at), type: 'alias', event: '' };
}

/** Two connected partitions, and what they told. */
export class House extends ConnectedPartitions {
  #read = 0;

  constructor(definitions: Definitions) {
    super(SETTINGS, definitions);
  }

  take(...events: readonly CustomerEvent[]): void {
    const storedAt = Math.max(...events.map(({ at }) => at));
    this.apply({ kind: 'message', storedAt, events });
  }

  tick(at: number): void {
    this.apply({ kind: 'tick', storedAt: at, sentAt: at });
  }

  /** What was told since the last call, as a person reads it, without what is passed on. */
  told(): string[] {
    const effects = this.effects.slice(this.#read);
    this.#read = this.effects.length;
    return effects.flatMap((effect) => (effect.kind === 'passed' ? [] : lineOf(effect)));
  }

  membersOf(id: string): string[] {
    return this.engines.flatMap((engine) => engine.members(id));
  }

  /** What of some texts can be found in the states. */
  foundIn(...texts: readonly string[]): string[] {
    const bytes = this.engines.map((engine) =>
      Buffer.concat(engine.snapshot().flatMap((section) => section.bytes)).toString('latin1'),
    );
    return texts.filter((text) => bytes.some((one) => one.includes(text)));
  }
}

function lineOf(effect: Effect): string {
  const { kind, at, customer, why } = effect;
  const what =
    kind === 'entry' || kind === 'exit' ? effect.segment : kind === 'due' ? effect.campaign : '';
  return `${at} ${customer} ${kind} ${what} (${why})`;
}
