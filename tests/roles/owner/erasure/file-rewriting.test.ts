import { expect, test } from 'vitest';
import { FileRewriting } from '../../../../src/roles/owner/erasure/file-rewriting.ts';
import type { Rewriting } from '../../../../src/roles/ports/forgetting.ts';
import { RecordingLogger } from '../../../support/world.ts';

/** A file that answers so, one after the other, at a time that a test sets. */
function fileOf(...answers: readonly Rewriting[]) {
  const left = [...answers];
  const time = { now: 0 };
  const logger = new RecordingLogger();
  const clock = { now: () => time.now, sleep: () => Promise.resolve() };
  const file = { rewrite: async () => left.shift() ?? 'done' };
  return { rewriting: new FileRewriting(file, { clock, logger }, 1_000), time, logger, left };
}

test('it is written anew at once, and then not too often', async () => {
  const { rewriting, time, left } = fileOf('done', 'done');
  expect(await rewriting.isDone()).toBe(true);
  time.now = 999;
  expect(await rewriting.isDone()).toBe(false);
  expect(left).toHaveLength(1);
  time.now = 1_000;
  expect(await rewriting.isDone()).toBe(true);
});

test('a store that is busy is asked again', async () => {
  const { rewriting, time } = fileOf('busy', 'done');
  expect(await rewriting.isDone()).toBe(false);
  time.now = 1_000;
  expect(await rewriting.isDone()).toBe(true);
});

test('one that refuses is asked no more, and that is said', async () => {
  const { rewriting, logger } = fileOf('refused');
  expect(await rewriting.isDone()).toBe(true);
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
});
