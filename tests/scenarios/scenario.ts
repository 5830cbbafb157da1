import { expect, test } from 'vitest';
import { readStories } from '../../src/app/story/story-reader.ts';
import { mismatchText, runStory } from '../../src/app/story/story-run.ts';

/** A story as a test. The table is what `shoal test` reads (docs/testing-rules.md). */
export function scenario(title: string, table: string): void {
  test(title, async () => {
    expect(await mismatchesOf(table)).toEqual([]);
  });
}

/** What goes another way than the stories of a text tell, as a person reads it. */
export async function mismatchesOf(text: string): Promise<string[]> {
  const stories = await readStories(text, 'story');
  expect(stories.flatMap(({ steps }) => steps).length).toBeGreaterThan(0);
  return stories.flatMap((story) => runStory(story).map((one) => mismatchText(story.file, one)));
}
