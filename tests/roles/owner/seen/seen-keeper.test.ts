import { describe, expect, test } from 'vitest';
import { ShoalError } from '../../../../src/base/error.ts';
import { Sampler } from '../../../../src/roles/owner/seen/sampler.ts';
import { SeenKeeper } from '../../../../src/roles/owner/seen/seen-keeper.ts';
import type { SeenStore } from '../../../../src/roles/ports/store.ts';
import type { CustomerEvent } from '../../../../src/rules/event.ts';
import type { LogMessage } from '../../../../src/wire/log-message.ts';
import { track } from '../../../support/owner.ts';
import { SILENT_LOGGER } from '../../../support/quiet-world.ts';
import { MemorySeenStore } from '../../../support/seen-store.ts';

const never = new AbortController().signal;

/** A partition whose log is read, from its beginning at every start. */
class Reading {
  readonly clock = { now: () => this.now, sleep: () => Promise.resolve() };
  readonly store: SeenStore;
  now = 1_000_000;
  keeper: SeenKeeper | undefined;
  #events = 0;

  constructor(store: SeenStore = new MemorySeenStore()) {
    this.store = store;
  }

  async start(streamCreatedAt = 'then', logEnd = 100): Promise<void> {
    const world = { seen: this.store, clock: this.clock, logger: SILENT_LOGGER };
    const settings = { privateAttributes: new Set<string>() };
    const place = { world, settings, partition: 0, sampler: new Sampler() };
    this.keeper = await SeenKeeper.load(place, streamCreatedAt, logEnd, never);
    this.#events = 0;
  }

  take(sequence: number, message: LogMessage, applied?: number): void {
    this.#events += applied ?? (message.kind === 'events' ? message.events.length : 0);
    this.keeper?.take(message, sequence, { events: this.#events, streamTime: sequence });
  }

  counts(): string {
    const events = this.keeper?.told().events ?? [];
    return events.map(({ name, count }) => `${name} ${count}`).join(', ');
  }
}

function events(...names: string[]): LogMessage {
  const batch = names.map((name): CustomerEvent => ({
    ...track('ann', name),
    properties: { name },
  }));
  return { kind: 'events', events: batch, history: false, rejected: [] };
}

describe('what is seen of a partition', () => {
  test('counts once, though the log is read again after a restart', async () => {
    const reading = new Reading();
    await reading.start();
    reading.take(1, events('a', 'a'));
    reading.take(2, events('b'));
    await reading.keeper?.save();
    reading.take(3, events('c'));
    await reading.start();
    reading.take(1, events('a', 'a'));
    reading.take(2, events('b'));
    reading.take(3, events('c'));
    reading.take(4, events('a'));
    expect(reading.counts()).toBe('a 3, b 1, c 1');
  });

  test('counts no message whose events were repeats', async () => {
    const reading = new Reading();
    await reading.start();
    reading.take(1, events('a'));
    reading.take(2, events('a'), 0);
    expect(reading.counts()).toBe('a 1');
  });

  test('goes on in a log that has lost its tail, and in one that was made anew', async () => {
    const reading = new Reading();
    await reading.start();
    reading.take(50, events('a'));
    await reading.keeper?.save();
    await reading.start('then', 40);
    reading.take(41, events('a'));
    await reading.keeper?.save();
    await reading.start('now', 60);
    reading.take(1, events('a'));
    expect(reading.counts()).toBe('a 3');
  });

  test('is saved now and then, when there is something new', async () => {
    const store = new MemorySeenStore();
    const reading = new Reading(store);
    await reading.start();
    reading.take(1, events('a'));
    reading.keeper?.saveWhenDue();
    expect(store.saves).toBe(0);
    reading.now += 30_000;
    reading.keeper?.saveWhenDue();
    await expect.poll(() => store.saves).toBe(1);
    reading.take(2, { kind: 'tick' });
    reading.now += 30_000;
    reading.keeper?.saveWhenDue();
    await reading.keeper?.save();
    expect(store.saves).toBe(1);
  });

  test('whoever is forgotten is in no example, at once in the store', async () => {
    const store = new MemorySeenStore();
    const reading = new Reading(store);
    await reading.start();
    reading.take(1, events('Ulm'));
    await reading.keeper?.save();
    reading.take(2, { kind: 'forget', customer: 'ann', mark: { salt: '', hash: '' } });
    reading.keeper?.saveWhenDue();
    await expect.poll(() => store.saves).toBe(2);
    expect(reading.keeper?.told().events[0]?.properties.fields[0]?.examples).toEqual([]);
  });

  test('goes on without a store, and begins anew after what it cannot read', async () => {
    const away = (): never => {
      throw new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });
    };
    const reading = new Reading({
      load: async () => Buffer.from('{"old":1}'),
      save: async () => away(),
    });
    await reading.start();
    reading.take(1, events('a'));
    await reading.keeper?.save();
    reading.take(2, events('a'));
    expect(reading.counts()).toBe('a 2');
  });
});
