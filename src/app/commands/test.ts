import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { ShoalError } from '../../base/error.ts';
import type { PrivateNames } from '../../rules/private/names.ts';
import { readStories } from '../story/story-reader.ts';
import { mismatchText, runStory } from '../story/story-run.ts';
import { settingsFor } from './common.ts';

/** `shoal test`: whether segments do what their authors' stories tell. */
export function testCommand(): Command {
  return new Command('test')
    .description('let stories happen on a virtual clock, and tell where they go another way')
    .argument('<file...>', 'stories; docs/testing-rules.md shows how to write one')
    .action(async (files: readonly string[], _options: unknown, command: Command) => {
      const { privateAttributes } = settingsFor(command);
      const { stories, failed } = await testFiles(files, privateAttributes);
      if (failed > 0) throw storyFailed(failed, stories);
      process.stdout.write(stories === 1 ? '1 story: fine\n' : `${stories} stories: fine\n`);
    });
}

async function testFiles(
  files: readonly string[],
  privateNames: PrivateNames,
): Promise<{ stories: number; failed: number }> {
  const figures = { stories: 0, failed: 0 };
  for (const file of files) {
    for (const story of await readStories(await readStoryFile(file), file, privateNames)) {
      const mismatches = runStory(story);
      figures.stories++;
      if (mismatches.length > 0) figures.failed++;
      const verdict = mismatches.length === 0 ? 'ok    ' : 'FAILED';
      const texts = mismatches.map((mismatch) => mismatchText(file, mismatch));
      process.stdout.write([`${verdict} ${story.title}`, ...texts, ''].join('\n'));
    }
  }
  return figures;
}

async function readStoryFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ShoalError({
      code: 'story-unreadable',
      remedy: 'refuse-input',
      message: 'the file of stories cannot be read',
      where: file,
      hint: 'is the path right, and may this process read it?',
      cause,
    });
  }
}

function storyFailed(failed: number, stories: number): ShoalError {
  return new ShoalError({
    code: 'story-failed',
    remedy: 'refuse-input',
    message:
      stories === 1
        ? 'the story goes another way'
        : `${failed} of ${stories} stories go another way`,
    hint: 'every entry and exit must be told, by the line after which it happens',
  });
}
