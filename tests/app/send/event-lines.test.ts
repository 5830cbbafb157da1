import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { eventStream, LINE_CHARS_MAX } from '../../../src/app/send/event-lines.ts';
import { LineTally } from '../../../src/app/send/line-tally.ts';

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of eventStream(Readable.from(chunks)).lines()) lines.push(...some);
  return lines;
}

it.each([
  ['nothing', '', []],
  ['a last line without an end', 'a\nb', ['a', 'b']],
  ['a last line with one', 'a\nb\n', ['a', 'b']],
  ['empty lines', 'a\n\n\nb', ['a', '', '', 'b']],
  ['letters of several bytes, and a byte order mark', '\u{feff}Привет\n😀', ['Привет', '😀']],
])('reads %s, however it is cut into chunks', async (_, text, lines) => {
  const bytes = Buffer.from(text);
  for (const size of [1, 2, 3, 1_000]) {
    const count = Math.ceil(bytes.length / size);
    const chunks = Array.from({ length: count }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect(await linesOf(chunks)).toEqual(lines);
  }
});

it('keeps only the beginning of a line without end, which then is no event', async () => {
  const chunk = Buffer.alloc(100_000, 'x');
  const lines = await linesOf([...Array.from({ length: 50 }, () => chunk), Buffer.from('\n{}')]);
  expect(lines).toHaveLength(2);
  expect(lines[0]?.length).toBeGreaterThan(LINE_CHARS_MAX);
  expect(lines[0]?.length).toBeLessThan(LINE_CHARS_MAX + 200_000);
  const told: string[] = [];
  const tally = new LineTally((line, reason) => told.push(`${line} ${reason}`));
  expect(lines.map((line) => tally.read(line))).toEqual([undefined, undefined]);
  expect(told).toEqual(['1 line-too-long', '2 unknown-type']);
});

it('takes a line that ends as on Windows', () => {
  const tally = new LineTally(() => {});
  const line = '{"type":"page","userId":"ann","timestamp":"2024-01-01T00:00:00.000Z"}\r';
  expect(tally.read(line)).toMatchObject({ customer: 'ann' });
  expect(tally).toMatchObject({ lines: 1, events: 1, malformedTotal: 0 });
});
