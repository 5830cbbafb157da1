import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Log, ReadOptions, Reader } from '../../src/roles/ports/log.ts';
import { eventually } from '../support/world.ts';
import type { LogWorld } from './log.ts';

const STREAM = 'contract-history';
const SUBJECT = 'contract.history';

/** What every adapter of the `Log` port keeps of a stream's history, and of readings that break. */
export function logHistoryContract(name: string, start: () => Promise<LogWorld>): void {
  describe(`${name} keeps the contract of a log's history`, () => {
    let world: LogWorld;
    let log: Log;

    beforeAll(async () => {
      world = await start();
      ({ log } = world);
      await log.ensureStream({ name: STREAM, subjects: [SUBJECT] });
    });
    afterAll(() => world.stop());

    async function append(...words: readonly string[]): Promise<void> {
      for (const word of words) await log.append(SUBJECT, Buffer.from(word));
    }

    function read(got: string[], failures: unknown[], options: ReadOptions): Reader {
      return log.read(
        STREAM,
        1,
        async (messages) => {
          got.push(...messages.map(({ body }) => Buffer.from(body).toString()));
        },
        (error) => failures.push(error),
        options,
      );
    }

    test('a state tells of the stream, and a message is found by its sequence', async () => {
      const empty = await log.state(STREAM);
      expect(empty).toMatchObject({ lastSequence: 0, firstStoredAt: 0 });
      expect(empty.createdAt).not.toBe('');
      expect(await log.at(STREAM, 1)).toBeUndefined();
      await append('a', 'b', 'c', 'd');
      const state = await log.state(STREAM);
      const first = await log.at(STREAM, 1);
      expect(state).toMatchObject({ firstSequence: 1, lastSequence: 4 });
      expect(state.createdAt).toBe(empty.createdAt);
      expect(state.bytes).toBeGreaterThan(4);
      expect(state.firstStoredAt).toBe(first?.storedAt);
      expect(Buffer.from(first?.body ?? []).toString()).toBe('a');
      expect(first).toMatchObject({ sequence: 1, subject: SUBJECT });
    });

    test('a trim removes what is before, and nothing else', async () => {
      await log.trim(STREAM, 3);
      expect(await log.state(STREAM)).toMatchObject({ firstSequence: 3, lastSequence: 4 });
      expect(await log.at(STREAM, 2)).toBeUndefined();
      const got: string[] = [];
      const reader = read(got, [], {});
      await eventually('what is left', () => got.length >= 2);
      await reader.stop();
      expect(got).toEqual(['c', 'd']);
      await log.trim(STREAM, 3);
      expect(await log.state(STREAM)).toMatchObject({ firstSequence: 3 });
    });

    test('a stream that is trimmed empty goes on with its numbers', async () => {
      await log.trim(STREAM, 5);
      const state = { firstSequence: 5, lastSequence: 4, firstStoredAt: 0 };
      expect(await log.state(STREAM)).toMatchObject(state);
      await append('e');
      expect(await log.state(STREAM)).toMatchObject({ firstSequence: 5, lastSequence: 5 });
    });

    test('what is erased is gone for every reader, and nothing else is', async () => {
      await log.ensureStream({ name: 'contract-erased', subjects: ['contract.erased.*'] });
      const stream = 'contract-erased';
      for (const word of ['b', 'a', 'b', 'a', 'a', 'c']) {
        await log.append(`contract.erased.${word}`, Buffer.from(`${word}-erased`));
      }
      for (const sequence of [1, 4, 2, 4, 99]) await log.erase(stream, sequence);
      expect(await log.at(stream, 4)).toBeUndefined();
      expect(await log.state(stream)).toMatchObject({ firstSequence: 3, lastSequence: 6 });
      const sequences: number[] = [];
      const reader = log.read(
        stream,
        1,
        async (messages) => void sequences.push(...messages.map(({ sequence }) => sequence)),
        (error) => {
          throw error;
        },
      );
      await eventually('what is left', () => sequences.length >= 3);
      await reader.stop();
      expect(sequences).toEqual([3, 5, 6]);
      expect((await log.last(stream, 'contract.erased.b'))?.sequence).toBe(3);
      const fenced = { expectedLastSequence: 5 };
      expect((await log.append('contract.erased.a', Buffer.of(1), fenced)).kind).toBe('stored');
    });

    test('the next message is found behind a sequence, also of one subject', async () => {
      const stream = 'contract-erased';
      const next = async (from: number, subject?: string): Promise<number | undefined> =>
        (await log.next(stream, from, subject))?.sequence;
      expect([await next(1), await next(4), await next(7), await next(8)]).toEqual([
        3,
        5,
        7,
        undefined,
      ]);
      expect(await next(1, 'contract.erased.c')).toBe(6);
      expect(await next(4, 'contract.erased.b')).toBeUndefined();
    });

    test('what is erased stays so after a kill', async () => {
      await log.append('contract.erased.a', Buffer.from('a-erased'));
      await log.erase('contract-erased', 7);
      await world.kill();
      await world.restart();
      expect(await log.at('contract-erased', 7)).toBeUndefined();
      const state = await log.state('contract-erased');
      expect(state).toMatchObject({ firstSequence: 3, lastSequence: 8 });
    });

    test('the reader asks before it begins, and again after an interruption', async () => {
      const got: string[] = [];
      const asked: number[] = [];
      const reader = read(got, [], { onBegin: async () => void asked.push(got.length) });
      await eventually('the first', () => got.length === 1);
      expect(asked).toEqual([0]);
      await world.kill();
      await world.restart();
      await append('f');
      await eventually('the second', () => got.includes('f'));
      await reader.stop();
      expect(asked.length).toBeGreaterThan(1);
      expect(asked[1]).toBe(1);
    });

    test('what the question throws ends the reading', async () => {
      const got: string[] = [];
      const failures: unknown[] = [];
      const onBegin = async (): Promise<void> => {
        throw new Error('planted');
      };
      const reader = read(got, failures, { onBegin });
      await eventually('the failure', () => failures.length > 0);
      await reader.stop();
      expect(failures).toEqual([new Error('planted')]);
      expect(got).toEqual([]);
    });

    test('after so long without a message a reading is begun anew', async () => {
      const got: string[] = [];
      let begun = 0;
      const onBegin = async (): Promise<void> => {
        begun += 1;
      };
      const reader = read(got, [], { onBegin, silenceMsMax: 50 });
      await eventually('it is begun again', () => begun >= 2);
      await append('g');
      await eventually('what comes then', () => got.at(-1) === 'g');
      await reader.stop();
      expect(new Set(got).size).toBe(got.length);
    });
  });
}
