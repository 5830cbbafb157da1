import { describe, expect, test } from 'vitest';
import { ShoalErrors } from '../../../src/base/error.ts';
import { readStories } from '../../../src/app/story/story-reader.ts';
import { mismatchesOf } from '../../scenarios/scenario.ts';

const RECENT = 'define recent { event: Order Completed, within: 1h }';

/** What goes another way than `lines` tell. */
function mismatches(...lines: readonly string[]): Promise<string[]> {
  return mismatchesOf([RECENT, ...lines].join('\n'));
}

describe('a story goes another way', () => {
  test('when something is not told', async () => {
    expect(await mismatches('10:00 ann Order Completed')).toEqual([
      'story: line 2: 10:00 ann Order Completed\n' +
        '  expected: nothing\n' +
        '  happened: ann enters recent at 2026-01-05T10:00:00.000Z',
    ]);
  });

  test('when something told does not happen', async () => {
    const [first, ...others] = await mismatches(
      '10:00 ann Order Completed // enters recent',
      '10:59:59.999 tick // ann exits recent',
      '11:00 tick',
    );
    expect(first).toMatch('expected: ann exits recent\n  happened: nothing');
    expect(others).toHaveLength(1);
  });

  test.each([
    ['the customer', '// bob enters recent'],
    ['the kind', '// exits recent'],
    ['the instant', '// enters recent at 10:00:00.001'],
    ['the segment', '// enters other'],
    ['the number of times', '// enters recent, enters recent'],
    ['that it is quiet', '// quietly enters recent'],
  ])('when %s differs', async (_what, comment) => {
    const other = 'define other { event: Order Refunded }';
    expect(await mismatches(other, `10:00 ann Order Completed ${comment}`)).toHaveLength(1);
  });

  test('when one customer and segment go in another order', async () => {
    const lines = (comment: string): string[] => [
      '10:00 ann Order Completed // enters recent',
      `12:00 ann Order Completed // ${comment}`,
    ];
    expect(await mismatches(...lines('exits recent, enters recent'))).toEqual([]);
    expect(await mismatches(...lines('enters recent, exits recent'))).toHaveLength(1);
  });
});

test('braces and strokes in quotes are text, also with signs of two units', async () => {
  const url = 'define shop { event: $page, where: { url: { startsWith: "https://a{" } } }';
  const line = `10:00 ann $page { title: '😀}', url: "https://a{b" } // enters shop`;
  expect(await mismatches(url, line)).toEqual([]);
});

test('what stands before the first story is said to all of them', async () => {
  const text = `${RECENT}\nstory one\n10:00 ann Order Completed // enters recent
    story two\n10:00 bob Order Completed // enters recent`;
  expect((await readStories(text, 'x')).map(({ title }) => title)).toEqual(['one', 'two']);
  expect(await mismatchesOf(text)).toEqual([]);
});

describe('refused, with the number of the line', () => {
  test.each([
    ['10:00', 'there is a customer, and no event'],
    ['ann Order Completed', 'the line begins with no time'],
    ['25:00 ann Order Completed', 'the line begins with no time'],
    ['10:00 ann', 'there is a customer, and no event'],
    ['10:00 ann $alias', 'who has become one with whom?'],
    ['10:00 ?ann $alias', 'who has become one with whom?'],
    ['10:00 ann Order { total: 5 } so', '"so" stands where nothing should'],
    ['10:00 ann Order { total: [5 }', 'is no YAML'],
    ['10:00 ann Order // leaves recent', '"leaves recent" is nothing to expect'],
    ['10:00 ann Order // enters recnt', 'there is no segment "recnt"'],
    ['10:00 tick // exits recent', 'who exits recent?'],
    ['10:00 ann Order // enters recent at 25:00', '"25:00" is no time'],
    ['10:00 ann Order @25:00', '"@25:00" is no time'],
    ['define x', 'this defines no segment'],
    ['start tomorrow', '"tomorrow" is no date'],
  ])('%s', async (line, message) => {
    const reading = readStories(`${RECENT}\n${line}`, 'a.txt');
    await expect(reading).rejects.toMatchObject({
      code: 'story-invalid',
      where: 'a.txt: line 2',
      message: expect.stringContaining(message),
    });
  });

  test('a story in which nothing happens', async () => {
    await expect(readStories(`${RECENT}\nstory x`, 'a.txt')).rejects.toMatchObject({
      message: 'in this story nothing happens',
      where: 'a.txt: line 2',
    });
  });

  test('time that goes backwards', async () => {
    const text = `${RECENT}\n10:00 tick\n09:59 tick`;
    await expect(readStories(text, 'a.txt')).rejects.toMatchObject({
      message: 'time goes backwards',
      where: 'a.txt: line 3',
    });
  });

  test('a rule that is wrong, at its place', async () => {
    const error = await readStories('define x { event: A, within: 1y }', 'a.txt').catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(ShoalErrors);
    expect(String(error)).toMatch('"1y" is no duration\n  at a.txt: line 1: rule.within');
  });

  test('a segment that two lines define', async () => {
    await expect(readStories(`${RECENT}\n${RECENT}`, 'a.txt')).rejects.toThrow(
      'segment "recent" is defined twice\n  at a.txt: line 2',
    );
  });
});
