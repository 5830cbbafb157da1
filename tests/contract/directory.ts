import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Directory } from '../../src/roles/ports/directory.ts';

export interface StartedDirectory {
  readonly directory: Directory;
  stop(): Promise<void>;
}

/** What every adapter of the port for private attributes keeps. */
export function directoryContract(name: string, start: () => Promise<StartedDirectory>): void {
  describe(`${name} keeps private attributes`, () => {
    let world: StartedDirectory;
    let directory: Directory;
    let people = 0;
    beforeAll(async () => {
      world = await start();
      directory = world.directory;
    });
    afterAll(() => world.stop());
    const somebody = (): string => `customer ${(people += 1)} \u{1F41F} "O'Neil"`;

    test('values of every kind come back as they were', async () => {
      const ann = somebody();
      expect(await directory.get(ann)).toEqual({});
      const values = {
        email: 'ann@example.com',
        name: ' Ünal\n"\\ \u0000 \u{1F41F}',
        address: { street: 'Main 1', tags: [], none: null, empty: {} },
        phone: 0,
        toString: true,
        ['__proto__']: 'x',
        rates: [1.5, -0.25, 1e21],
      };
      await directory.put(ann, values, 5);
      const found = await directory.get(ann);
      expect(new Map(Object.entries(found))).toEqual(new Map(Object.entries(values)));
      expect(await directory.get(somebody())).toEqual({});
    });

    test('of one attribute the later event time wins, of the same the later call', async () => {
      const ann = somebody();
      await directory.put(ann, { email: 'second', name: 'Ann' }, 2);
      await directory.put(ann, { email: 'first', phone: '1' }, 1);
      expect(await directory.get(ann)).toEqual({ email: 'second', name: 'Ann', phone: '1' });
      await directory.put(ann, { email: 'again' }, 2);
      expect(await directory.get(ann)).toMatchObject({ email: 'again' });
      await directory.put(ann, { email: 'last' }, 1_700_000_000_000);
      await directory.put(ann, { email: 'before 1970' }, -5);
      expect(await directory.get(ann)).toMatchObject({ email: 'last' });
    });

    test('a removal is remembered with its time', async () => {
      const ann = somebody();
      await directory.put(ann, { email: 'a', name: 'Ann' }, 1);
      await directory.put(ann, { email: null }, 3);
      expect(await directory.get(ann)).toEqual({ name: 'Ann' });
      await directory.put(ann, { email: 'late' }, 2);
      expect(await directory.get(ann)).toEqual({ name: 'Ann' });
      await directory.put(ann, { email: 'b' }, 4);
      expect(await directory.get(ann)).toEqual({ email: 'b', name: 'Ann' });
    });

    test('of many who put at once the latest stands', async () => {
      const ann = somebody();
      const instants = Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
      await Promise.all(instants.map((at) => directory.put(ann, { email: `${at}` }, at)));
      expect(await directory.get(ann)).toEqual({ email: '49' });
    });

    test('two become one by event time, however often they join', async () => {
      const [visitor, ann] = [somebody(), somebody()];
      await directory.put(visitor, { email: 'new', name: 'old', phone: 'tie', city: null }, 5);
      await directory.put(ann, { email: 'old', phone: 'own', zip: '1' }, 5);
      await directory.put(ann, { name: 'new', city: 'gone' }, 6);
      await directory.put(visitor, { email: 'newest', city: null }, 7);
      const joined = { email: 'newest', name: 'new', phone: 'own', zip: '1' };
      for (let i = 0; i < 3; i++) {
        await directory.join(visitor, ann);
        expect(await directory.get(ann)).toEqual(joined);
        expect(await directory.get(visitor)).toEqual(joined);
      }
      await directory.put(visitor, { zip: 'late' }, 4);
      await directory.put(visitor, { phone: 'later' }, 8);
      expect(await directory.get(ann)).toEqual({ ...joined, phone: 'later' });
    });

    test('who has joined brings along what comes only later, chains and circles too', async () => {
      const [a, b, c] = [somebody(), somebody(), somebody()];
      await directory.join(a, b);
      await directory.join(b, c);
      await directory.join(c, a);
      await directory.join(a, a);
      for (const [i, one] of [a, b, c].entries()) await directory.put(one, { [`of${i}`]: i }, 1);
      for (const one of [a, b, c])
        expect(await directory.get(one)).toEqual({ of0: 0, of1: 1, of2: 2 });
    });

    test('what is put while two join is not lost', async () => {
      const [visitor, ann] = [somebody(), somebody()];
      const names = Array.from({ length: 40 }, (_, i) => `name${i}`);
      const puts = names.map((name, i) => directory.put(i % 2 ? visitor : ann, { [name]: i }, i));
      await Promise.all([directory.join(visitor, ann), ...puts, directory.join(visitor, ann)]);
      expect(Object.keys(await directory.get(ann)).toSorted()).toEqual(names.toSorted());
    });

    test('who is forgotten has nothing, and may be heard of again', async () => {
      const [ann, ben] = [somebody(), somebody()];
      await directory.put(ann, { email: 'a' }, 9);
      await directory.put(ben, { email: 'b' }, 9);
      await directory.forget(ann);
      await directory.forget(somebody());
      expect(await directory.get(ann)).toEqual({});
      expect(await directory.get(ben)).toEqual({ email: 'b' });
      await directory.put(ann, { email: 'again' }, 1);
      expect(await directory.get(ann)).toEqual({ email: 'again' });
    });

    test('of who is barred nothing is taken, from whomever it comes, until the bar ends', async () => {
      const [visitor, ann, aunt] = [somebody(), somebody(), somebody()];
      await directory.put(ann, { email: 'a' }, 9);
      await directory.put(aunt, { email: 'b' }, 9);
      await directory.join(visitor, ann);
      await directory.forget(ann, 60_000);
      await directory.forget(ann);
      await directory.forget(ann, 1);
      await directory.put(ann, { email: 'late' }, 10);
      await directory.put(visitor, { email: 'late' }, 10);
      await directory.join(aunt, ann);
      for (const one of [visitor, ann, aunt]) expect(await directory.get(one)).toEqual({});

      const cem = somebody();
      await directory.forget(cem, 1);
      await expect
        .poll(async () => {
          await directory.put(cem, { email: 'new' }, 1);
          return directory.get(cem);
        })
        .toEqual({ email: 'new' });
    });
  });
}
