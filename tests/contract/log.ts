import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, Log, StoredMessage } from '../../src/roles/ports/log.ts';
import { eventually } from '../support/world.ts';

/** A log and a bus with the server behind them, as the suite needs them. */
export interface LogWorld {
  readonly log: Log;
  readonly bus: Bus;
  /** Ends the server at once, as a power cut of its process. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const text = new TextDecoder();

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** What every adapter of the `Log` port keeps. */
export function logContract(name: string, start: () => Promise<LogWorld>): void {
  describe(`${name} keeps the contract of a log`, () => {
    let world: LogWorld;
    let streams = 0;

    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    async function newStream(bytesMax?: number): Promise<{ stream: string; subject: string }> {
      const stream = `contract-${++streams}`;
      const subject = `contract.${streams}`;
      await world.log.ensureStream({
        name: stream,
        subjects: [subject],
        ...(bytesMax !== undefined && { bytesMax }),
      });
      return { stream, subject };
    }

    /** Reads from a sequence until so many messages are there, then stops. */
    async function readSome(
      stream: string,
      fromSequence: number,
      count: number,
    ): Promise<StoredMessage[]> {
      const read: StoredMessage[] = [];
      const reader = world.log.read(
        stream,
        fromSequence,
        async (messages) => void read.push(...messages),
        fail,
      );
      await eventually(`${count} messages of ${stream}`, () => read.length >= count);
      await reader.stop();
      return read;
    }

    function fail(error: unknown): void {
      throw error;
    }

    test('what was appended is read in order, with sequence, time, headers and body', async () => {
      const { stream, subject } = await newStream();
      const before = Date.now() - 1_000;
      for (const word of ['one', 'two', 'three']) {
        const headers = new Map([
          ['Sh-V', '1'],
          ['Sh-K', word],
        ]);
        await world.log.append(subject, bytes(word), { headers });
      }
      const read = await readSome(stream, 1, 3);
      expect(read.map((message) => message.sequence)).toEqual([1, 2, 3]);
      expect(read.map((message) => text.decode(message.body))).toEqual(['one', 'two', 'three']);
      expect(read.map((message) => message.headers.get('Sh-K'))).toEqual(['one', 'two', 'three']);
      expect(read.every((message) => message.subject === subject)).toBe(true);
      expect(
        read.every(({ storedAt }) => storedAt >= before && storedAt <= Date.now() + 1_000),
      ).toBe(true);
      expect((await readSome(stream, 3, 1)).map((message) => message.sequence)).toEqual([3]);
    });

    test('a stream that exists is left as it is', async () => {
      const { stream, subject } = await newStream();
      await world.log.append(subject, bytes('kept'));
      await world.log.ensureStream({ name: stream, subjects: [subject], ageMsMax: 1_000_000 });
      expect(await world.log.lastSequence(stream)).toBe(1);
    });

    test('the last message of a subject, and none where there is none', async () => {
      const { stream, subject } = await newStream();
      expect(await world.log.last(stream, subject)).toBeUndefined();
      expect(await world.log.lastSequence(stream)).toBe(0);
      const body = Uint8Array.from({ length: 256 }, (_, i) => i);
      await world.log.append(subject, bytes('first'));
      await world.log.append(subject, body, { headers: new Map([['Sh-V', '1']]) });
      const last = await world.log.last(stream, subject);
      expect(last?.sequence).toBe(2);
      expect(last?.headers.get('Sh-V')).toBe('1');
      expect(Uint8Array.from(last?.body ?? [])).toEqual(body);
      expect(await world.log.lastSequence(stream)).toBe(2);
    });

    test('appends that are under way together are stored in the order of the calls', async () => {
      const { stream, subject } = await newStream();
      const numbers = Array.from({ length: 2_000 }, (_, i) => i + 1);
      const outcomes = await Promise.all(
        numbers.map((n) => world.log.append(subject, bytes(String(n)))),
      );
      expect(outcomes.map((outcome) => outcome.kind === 'stored' && outcome.sequence)).toEqual(
        numbers,
      );
      const read = await readSome(stream, 1, numbers.length);
      expect(read.map((message) => Number(text.decode(message.body)))).toEqual(numbers);
    });

    test('a full stream refuses', async () => {
      const { subject } = await newStream(2_000);
      const outcomes: string[] = [];
      for (let i = 0; i < 5; i++)
        outcomes.push((await world.log.append(subject, new Uint8Array(600))).kind);
      expect(outcomes).toContain('stored');
      expect(outcomes.at(-1)).toBe('full');
    });

    test('a message that is too large is refused by its code', async () => {
      const { subject } = await newStream();
      await expect(world.log.append(subject, new Uint8Array(3_000_000))).rejects.toMatchObject({
        code: 'message-too-large',
        remedy: 'refuse-input',
      });
    });

    test('handlers run one after the other, and pending tells how much is left', async () => {
      const { stream, subject } = await newStream();
      await Promise.all(Array.from({ length: 1_200 }, () => world.log.append(subject, bytes('x'))));
      let running = 0;
      let runningMost = 0;
      let count = 0;
      let left = Number.NaN;
      const reader = world.log.read(
        stream,
        1,
        async (messages, pending) => {
          running += 1;
          runningMost = Math.max(running, runningMost);
          await new Promise((resolve) => setTimeout(resolve, 1));
          count += messages.length;
          left = pending;
          running -= 1;
        },
        fail,
      );
      await eventually('all messages', () => count === 1_200);
      await reader.stop();
      expect(runningMost).toBe(1);
      expect(left).toBe(0);
    });

    test('a handler that throws ends the reading and is told of', async () => {
      const { stream, subject } = await newStream();
      await Promise.all(['a', 'b', 'c'].map((word) => world.log.append(subject, bytes(word))));
      const failures: unknown[] = [];
      let calls = 0;
      const onMessages = async (): Promise<void> => {
        calls += 1;
        throw new Error('planted');
      };
      const reader = world.log.read(stream, 1, onMessages, (error) => failures.push(error));
      await eventually('the failure', () => failures.length > 0);
      await world.log.append(subject, bytes('d'));
      await reader.stop();
      expect(failures).toEqual([new Error('planted')]);
      expect(calls).toBe(1);
    });

    test('a reader of a stream that is made later begins when it is there', async () => {
      const read: number[] = [];
      const stream = `contract-later`;
      const reader = world.log.read(
        stream,
        1,
        async (some) => void read.push(...some.map((m) => m.sequence)),
        fail,
      );
      await world.log.ensureStream({ name: stream, subjects: ['contract.later'] });
      await world.log.append('contract.later', bytes('x'));
      await eventually('the message', () => read.length > 0);
      await reader.stop();
      expect(read).toEqual([1]);
    });

    test('kills of the server in the midst of reading and appending lose nothing and double nothing', async () => {
      const { stream, subject } = await newStream();
      const read: StoredMessage[] = [];
      const reader = world.log.read(
        stream,
        1,
        async (messages) => void read.push(...messages),
        fail,
      );
      let sequence = 0;
      const writer = { isOver: false };
      const writing = (async () => {
        for (let n = 1; !writer.isOver; n++)
          sequence = await appendOnce(stream, subject, String(n), sequence);
      })();
      for (let kill = 0; kill < 3; kill++) {
        const from = sequence;
        await eventually('the writer goes on', () => sequence > from + 200);
        await world.kill();
        await world.restart();
      }
      const from = sequence;
      await eventually('the writer goes on after the last kill', () => sequence > from + 50);
      writer.isOver = true;
      await writing;
      await eventually('the reader has all', () => read.at(-1)?.sequence === sequence);
      await reader.stop();
      const expected = Array.from({ length: sequence }, (_, i) => i + 1);
      expect(read.map((message) => message.sequence)).toEqual(expected);
      expect(read.map((message) => Number(text.decode(message.body)))).toEqual(expected);
    });

    /**
     * Appends behind `sequence` until it is there, looking before each repeat; the fence makes it
     * once.
     */
    async function appendOnce(
      stream: string,
      subject: string,
      word: string,
      sequence: number,
    ): Promise<number> {
      for (;;) {
        const outcome = await world.log.append(subject, bytes(word), {
          expectedLastSequence: sequence,
        });
        if (outcome.kind === 'stored') return outcome.sequence;
        const last = await world.log.last(stream, subject).catch(() => undefined);
        if (last !== undefined && last.sequence === sequence + 1) return last.sequence;
      }
    }

    test('the bus publishes, subscribes with wildcards, and ends a subscription', async () => {
      const got: string[] = [];
      const end = world.bus.subscribe('bus.word.*', (body, subject) => {
        got.push(`${subject}=${text.decode(body)}`);
      });
      world.bus.publish('bus.word.a', bytes('1'));
      world.bus.publish('bus.other.a', bytes('2'));
      world.bus.publish('bus.word.b', bytes('3'));
      await eventually('two messages', () => got.length === 2);
      end();
      world.bus.publish('bus.word.c', bytes('4'));
      expect(await ask('bus.nobody')).toBe('no-answer');
      expect(got).toEqual(['bus.word.a=1', 'bus.word.b=3']);
    });

    test('a request gets its answer, or the code of the error', async () => {
      const end = world.bus.serve('bus.double', async (body) => bytes(text.decode(body).repeat(2)));
      expect(text.decode(await world.bus.request('bus.double', bytes('ab'), 5_000))).toBe('abab');
      end();
      expect(await ask('bus.double')).toBe('no-answer');
    });

    async function ask(subject: string): Promise<unknown> {
      return world.bus.request(subject, bytes(''), 2_000).then(
        () => 'answered',
        (error: { code?: unknown }) => error.code,
      );
    }
  });
}
