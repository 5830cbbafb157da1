import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { loadSegments, readSources } from '../../src/app/definitions-folder.ts';
import { SEGMENT_SCHEMA, segmentJsonSchema } from '../../src/rules/schema.ts';

const FOLDER = 'config/segments';

it('reads the segments that ship', async () => {
  const segments = await loadSegments(FOLDER);
  const ids = segments.map(({ id }) => id);
  expect(ids).toEqual([
    'abandoned-cart',
    'educational-games-fans',
    'lapsed',
    'no-phone',
    'opened-viewed-not-bought',
    'well-off-youth',
  ]);
  for (const { id, name, description } of segments) {
    expect(name).not.toBe(id);
    expect(description).toBeDefined();
  }
});

it('gives editors a schema that the shipped files name and pass', async () => {
  const written: unknown = JSON.parse(readFileSync('config/segment.schema.json', 'utf8'));
  expect(written, 'node scripts/schema.mjs writes it anew').toEqual(segmentJsonSchema());
  for (const { name, text } of await readSources(FOLDER)) {
    const line = '# yaml-language-server: $schema=../segment.schema.json\n';
    expect(text.startsWith(line), name).toBe(true);
    expect(SEGMENT_SCHEMA.safeParse(parse(text)).error, name).toBeUndefined();
  }
});
