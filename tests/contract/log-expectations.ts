import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Appended, AppendOptions, Log } from '../../src/roles/ports/log.ts';
import { eventually } from '../support/world.ts';
import type { LogWorld } from './log.ts';

/** What every adapter of the `Log` port keeps of appends that expect something of the stream. */
export function logExpectationsContract(name: string, start: () => Promise<LogWorld>): void {
  describe(`${name} keeps the contract of a log's expectations`, () => {
    let world: LogWorld;
    let log: Log;
    let streams = 0;
    let stream: string;

    beforeAll(async () => {
      world = await start();
      ({ log } = world);
    });
    afterAll(() => world.stop());
    beforeEach(async () => {
      stream = `contract-expectations-${++streams}`;
      await log.ensureStream({ name: stream, subjects: [subjectOf(stream)], idsForMs: 60_000 });
    });

    const subjectOf = (name: string): string => name.replaceAll('-', '.');
    const append = (word: string, options: AppendOptions): Promise<Appended> =>
      log.append(subjectOf(stream), Buffer.from(word), options);
    const named = (id: string, options: AppendOptions): Promise<Appended> =>
      append(id, { id, ...options });

    async function words(): Promise<string[]> {
      const messages = [];
      const end = await log.lastSequence(stream);
      for (let at = 1; at <= end; at++) messages.push(await log.at(stream, at));
      return messages.map((message) => Buffer.from(message?.body ?? []).toString());
    }

    test('of the last one of a subject: exactly one of many writers wins', async () => {
      const writers = Array.from({ length: 50 }, () => append('mine', { expectedLastSequence: 0 }));
      const kinds = (await Promise.all(writers)).map((outcome) => outcome.kind);
      expect(kinds.filter((kind) => kind === 'stored')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'conflict')).toHaveLength(49);
      const next = await append('next', { expectedLastSequence: 1 });
      expect(next).toEqual({ kind: 'stored', sequence: 2 });
      expect(await log.lastSequence(stream)).toBe(2);
    });

    test('of the whole stream: it holds for what is under way', async () => {
      const outcomes = await Promise.all(
        [0, 1, 1, 2, 3].map((place) => append('one', { expectedStreamSequence: place })),
      );
      const kinds = outcomes.map(({ kind }) => kind);
      expect(kinds).toEqual(['stored', 'stored', 'conflict', 'stored', 'stored']);
      expect(await log.lastSequence(stream)).toBe(4);
    });

    test('of a name: a message goes only behind the one that it names', async () => {
      // Two who append ahead of the answers; the first of the second one comes too late.
      const outcomes = await Promise.all([
        named('a-1', { expectedStreamSequence: 0 }),
        named('b-1', { expectedStreamSequence: 0 }),
        named('b-2', { expectedLastId: 'b-1' }),
        named('a-2', { expectedLastId: 'a-1' }),
        named('b-3', { expectedLastId: 'b-2' }),
        named('a-3', { expectedLastId: 'a-2' }),
      ]);
      const stored = outcomes.map((outcome) => outcome.kind === 'stored' && outcome.sequence);
      expect(stored).toEqual([1, false, false, 2, false, 3]);
      const refused = outcomes.filter(({ kind }) => kind !== 'stored');
      expect(refused.every(({ kind }) => kind === 'conflict')).toBe(true);
      expect(await words()).toEqual(['a-1', 'a-2', 'a-3']);
    });

    test('of a name: one without a name, or another one, stands between', async () => {
      await named('first', {});
      await append('nameless', {});
      expect(await named('second', { expectedLastId: 'first' })).toEqual({ kind: 'conflict' });
      expect(await named('second', {})).toEqual({ kind: 'stored', sequence: 3 });
      expect(await append('third', { expectedLastId: 'second' })).toMatchObject({ kind: 'stored' });
      expect(await words()).toEqual(['first', 'nameless', 'second', 'third']);
    });

    test('a name that was used lately is a conflict', async () => {
      await named('one', {});
      expect(await named('one', {})).toEqual({ kind: 'conflict' });
      expect(await log.lastSequence(stream)).toBe(1);
    });

    test('a name is refused or still known when the server has started again', async () => {
      await named('one', {});
      await world.kill();
      await world.restart();
      const other = async (): Promise<string> => (await named('2', { expectedLastId: 'x' })).kind;
      await eventually('the log is back', async () => (await other()) === 'conflict');
      const { kind } = await named('two', { expectedLastId: 'one' });
      expect(['stored', 'conflict']).toContain(kind);
      expect(await words()).toEqual(kind === 'stored' ? ['one', 'two'] : ['one']);
    });
  });
}
