import type { Command } from 'commander';
import { z } from 'zod';
import { ShoalError } from '../../base/error.ts';
import { readSettings, type Settings } from '../settings.ts';

const globals = z.object({
  config: z.string().optional(),
  set: z.array(z.string()).default([]),
});

/**
 * The settings that are in force for a command: file, environment, `--set`, and then its own flags.
 *
 * @param flags dotted path → value as text; undefined: the flag was not given
 * @throws ShoalErrors `bad-settings` (stop); ShoalError `wrong-usage` (stop)
 */
export function settingsFor(
  command: Command,
  flags: Readonly<Record<string, string | undefined>> = {},
): Settings {
  const { config, set } = globals.parse(command.optsWithGlobals());
  const values = new Map<string, string>();
  for (const pair of set) {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new ShoalError({
        code: 'wrong-usage',
        remedy: 'stop',
        message: `"${pair}" is not of the form key=value`,
        where: '--set',
        hint: 'for example --set http.port=9000',
      });
    }
    values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  for (const [path, value] of Object.entries(flags)) {
    if (value !== undefined) values.set(path, value);
  }
  return readSettings({ file: config, environment: process.env, flags: values });
}
