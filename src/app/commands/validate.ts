import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { loadTemplates } from '../../adapters/eta/templates.ts';
import { ShoalErrors } from '../../base/error.ts';
import type { Definitions } from '../../compile/definitions.ts';
import { loadDefinitions } from '../definitions.ts';
import { checkLetters } from '../letters/check-letters.ts';
import { parseSegmentTexts, readSegmentTexts } from '../segment-files.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { settingsFor } from './common.ts';

/** `shoal validate`: whether all that users define can be read; every error at once. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check segments, campaigns and templates, and show every error at once')
    .argument(
      '[path]',
      'segments alone: a folder, or a file with what it refers to; without it all of the settings',
    )
    .action(async (path: string | undefined, _options: unknown, command: Command) => {
      const settings = settingsFor(command);
      const { segments, campaigns } =
        path === undefined ? await everything(settings) : await segmentsOf(path, settings);
      process.stdout.write(
        `${count(segments.length, 'segment')}, ${count(campaigns.length, 'campaign')}: fine\n`,
      );
    });
}

/** All that the settings name; each letter is written for people whom there are not. */
async function everything(settings: Settings): Promise<Definitions> {
  const definitions = await loadDefinitions(settings, systemClock.now());
  const templates = await loadTemplates(settings.folders.templates);
  const errors = checkLetters(definitions, templates, settings.privateAttributes);
  if (errors.length > 0) throw new ShoalErrors(errors);
  return definitions;
}

/** The folder of all definitions is meant as well when it holds one of segments. */
async function segmentsOf(
  path: string,
  { privateAttributes }: Settings,
): Promise<Pick<Definitions, 'segments' | 'campaigns'>> {
  const inner = join(path, 'segments');
  const texts = await readSegmentTexts([existsSync(inner) ? inner : path]);
  return { segments: parseSegmentTexts(texts, privateAttributes), campaigns: [] };
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
