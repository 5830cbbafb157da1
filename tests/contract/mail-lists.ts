import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  Consent,
  Consents,
  ConsentScope,
  Suppressions,
} from '../../src/roles/ports/ledger.ts';

export interface MailLists {
  readonly consents: Consents;
  readonly suppressions: Suppressions;
  stop(): Promise<void>;
}

/** What every adapter of the ports for consents and suppressions keeps. */
export function mailListsContract(name: string, start: () => Promise<MailLists>): void {
  describe(`${name} keeps consents and suppressions`, () => {
    let world: MailLists;
    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    async function consentsOf(customer: string): Promise<Map<ConsentScope, Consent>> {
      const found = new Map<ConsentScope, Consent>();
      for await (const each of world.consents.all())
        if (each.customer === customer) found.set(each.scope, each.consent);
      return found;
    }

    async function addresses(): Promise<string[]> {
      const found = new Set<string>();
      for await (const { address } of world.suppressions.all()) found.add(address);
      return [...found].toSorted();
    }

    const given = (at: number, source = 'test'): Consent => ({ state: 'given', at, source });
    const withdrawn = (at: number): Consent => ({ state: 'withdrawn', at, source: 'page' });

    test('the later consent wins, in whatever order they come', async () => {
      for (const [customer, first, second] of [
        ['ann', given(1), withdrawn(2)],
        ['ben', withdrawn(2), given(1)],
        ['cem', withdrawn(2), given(2)],
        ['dan', given(2), withdrawn(2)],
      ] as const) {
        await world.consents.record(customer, '*', first);
        await world.consents.record(customer, '*', second);
        expect(await consentsOf(customer), customer).toEqual(new Map([['*', withdrawn(2)]]));
      }
      await world.consents.record('dan', '*', given(3));
      expect(await consentsOf('dan')).toEqual(new Map([['*', given(3)]]));
    });

    test('scopes and customers are apart, and ids are whatever they are', async () => {
      const id = 'Ünal, "O\'Neil" =1+2 \r\u{1F41F}@example.com';
      await world.consents.record(id, 'welcome', given(5));
      await world.consents.record(id, '*', withdrawn(4));
      expect(await consentsOf(id)).toEqual(
        new Map<ConsentScope, Consent>([
          ['welcome', given(5)],
          ['*', withdrawn(4)],
        ]),
      );
    });

    test('of many who record at once the latest stands', async () => {
      const instants = Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
      await Promise.all(instants.map((at) => world.consents.record('eve', '*', given(at))));
      expect(await consentsOf('eve')).toEqual(new Map([['*', given(49)]]));
    });

    test('all are found, however many there are', async () => {
      const ids = Array.from({ length: 1_500 }, (_, i) => `many-${i}`);
      await Promise.all(ids.map((id) => world.consents.record(id, '*', given(1))));
      const found = new Set<string>();
      for await (const { customer } of world.consents.all()) found.add(customer);
      expect(ids.filter((id) => !found.has(id))).toEqual([]);
    });

    test('an address is suppressed however it is written, until it is removed', async () => {
      const { suppressions } = world;
      expect(await suppressions.find('ann@example.com')).toBeUndefined();
      await suppressions.add({ address: 'Ann@Example.com', reason: 'hard-bounce', at: 7 });
      const entry = { address: 'ann@example.com', reason: 'hard-bounce', at: 7 };
      expect(await suppressions.find('ANN@example.COM')).toEqual(entry);
      expect(await addresses()).toEqual(['ann@example.com']);
      expect(await suppressions.remove('aNN@example.com')).toBe(true);
      expect(await suppressions.remove('ann@example.com')).toBe(false);
      expect(await suppressions.find('ann@example.com')).toBeUndefined();
    });

    test('all suppressions are found, however many there are', async () => {
      const wanted = Array.from({ length: 1_500 }, (_, i) => `many-${i}@example.com`).toSorted();
      const add = (address: string): Promise<void> =>
        world.suppressions.add({ address, reason: 'import', at: 1 });
      await Promise.all(wanted.map(add));
      expect(await addresses()).toEqual(wanted);
    });
  });
}
