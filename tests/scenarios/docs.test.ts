import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mismatchesOf } from './scenario.ts';

const stories = [
  ...readFileSync('docs/testing-rules.md', 'utf8').matchAll(/^```story\n(.*?)^```$/gms),
].map(([, text = '']) => text);

test('docs/testing-rules.md has stories', () => {
  expect(stories.length).toBeGreaterThan(2);
});

test.each(stories)('this story goes as told:\n%s', async (text) => {
  expect(await mismatchesOf(text)).toEqual([]);
});
