import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { assert } from '../base/assert.ts';
import { ShoalError, ShoalErrors } from '../base/error.ts';
import { isObject } from '../base/json.ts';
import { parseDuration, type DurationMs } from '../base/time.ts';
import type { QuietHours } from '../campaign/campaign.ts';
import { parseFrequencyCaps, type FrequencyCap } from '../campaign/frequency-cap.ts';
import { parseQuietHours } from '../campaign/quiet-hours.ts';
import { didYouMean } from '../rules/fault.ts';
import { parsePrivateNames, type PrivateNames } from '../rules/private/names.ts';
import { fromEnvironment, type Environment, type Overlay } from './settings-environment.ts';
import { settingPaths, settingsSchema, type WrittenSettings } from './settings-schema.ts';

/** The settings as the program uses them: durations in ms, the rest as written. */
export interface Settings extends Omit<
  WrittenSettings,
  | 'grace'
  | 'checkpoint'
  | 'dedup'
  | 'history'
  | 'transitionsHistory'
  | 'erasure'
  | 'forgetAnonymousAfter'
  | 'mail'
  | 'privateAttributes'
  | 'privacy'
> {
  readonly graceMs: DurationMs;
  readonly checkpoint: { readonly intervalMs: DurationMs; readonly bytesPerSecondMax: number };
  readonly historyMs: DurationMs;
  readonly transitionsHistoryMs: DurationMs;
  readonly erasure: { readonly intervalMs: DurationMs; readonly noticeMs: DurationMs };
  /** Undefined: anonymous customers are known for ever. */
  readonly forgetAnonymousAfterMs?: DurationMs | undefined;
  readonly dedup: { readonly windowMs: DurationMs; readonly idsMax: number };
  readonly mail: MailSettings;
  /** Whose values stay out of the log. */
  readonly privateAttributes: PrivateNames;
  /** What their hashes are keyed with; undefined: not told. */
  readonly privacy: { readonly secret?: string | undefined };
  /** All of it as it is written, for `shoal config`. */
  readonly written: WrittenSettings;
}

export interface MailSettings {
  readonly from: WrittenSettings['mail']['from'];
  /** Undefined: letters go out at any hour. */
  readonly quietHours?: QuietHours | undefined;
  readonly caps: readonly FrequencyCap[];
  readonly consent: 'opt-out' | 'opt-in';
  /** Of one mailer. */
  readonly ratePerSecond: number;
  /** Where recipients reach the gateway, without a slash at its end; undefined: not told. */
  readonly publicUrl?: string | undefined;
  /** What links are signed with; undefined: not told. */
  readonly secret?: string | undefined;
  /** Whether a pixel tells when a letter is opened. */
  readonly opens: boolean;
  readonly dkim?: WrittenSettings['mail']['dkim'] | undefined;
}

export interface SettingsSources {
  /** A file that must be there. Without it: `config/shoal.yaml`, where that exists. */
  readonly file?: string | undefined;
  readonly environment?: Environment | undefined;
  /** From flags: dotted path → value as text. They win. */
  readonly flags?: ReadonlyMap<string, string> | undefined;
}

const DEFAULT_FILE = 'config/shoal.yaml';
const ALL_SETTINGS = `${DEFAULT_FILE} of the project has all settings`;

/**
 * Reads the settings: defaults, then the file, then SHOAL_* variables, then flags.
 *
 * @throws ShoalErrors with one `bad-settings` (stop) for each thing that is wrong
 */
export function readSettings(sources: SettingsSources = {}): Settings {
  const file = sources.file ?? sources.environment?.['SHOAL_CONFIG'] ?? DEFAULT_FILE;
  const isWanted = file !== DEFAULT_FILE;
  const fromFile = isWanted || existsSync(file) ? readFile(file) : {};

  const errors: ShoalError[] = [];
  const overlays: Overlay[] = [];
  if (sources.environment !== undefined) {
    const read = fromEnvironment(sources.environment);
    overlays.push(...read.overlays);
    errors.push(...read.errors);
  }
  for (const [path, text] of sources.flags ?? []) {
    overlays.push({ path, text, where: `the flag for ${path}` });
  }

  const origins = new Map<string, string>();
  let raw: unknown = fromFile;
  const kinds = settingPaths();
  for (const { path, text, where } of overlays) {
    raw = withValue(raw, path.split('.'), valueOf(text, kinds.get(path) ?? 'text'));
    origins.set(path, where);
  }

  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success)
    errors.push(...parsed.error.issues.flatMap((i) => describe(i, file, origins)));
  if (errors.length > 0 || !parsed.success) throw new ShoalErrors(errors);
  return toSettings(parsed.data);
}

function readFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ShoalErrors([
      badSettings(`the settings cannot be read`, file, 'is the name right?', cause),
    ]);
  }
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ShoalErrors(
      document.errors.map((error) => {
        const line = error.linePos?.[0].line;
        const what = error.message.split(' at line ')[0] ?? error.message;
        return badSettings(what, line === undefined ? file : `${file}:${line}`);
      }),
    );
  }
  return document.toJS() ?? {};
}

/**
 * Text from a variable or a flag as the value that the setting takes; the schema refuses the rest.
 */
function valueOf(text: string, kind: 'text' | 'number' | 'truth'): unknown {
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind === 'truth' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function withValue(target: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const object = isObject(target) ? target : {};
  return { ...object, [key]: withValue(object[key], rest, value) };
}

function describe(
  issue: z.core.$ZodIssue,
  file: string,
  origins: ReadonlyMap<string, string>,
): ShoalError[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const full = path === '' ? key : `${path}.${key}`;
      const hint = didYouMean(full, candidatesBelow(path)) ?? ALL_SETTINGS;
      return badSettings(`unknown setting "${full}"`, originOf(full, origins) ?? file, hint);
    });
  }
  const message = issue.message.startsWith('is ') ? issue.message : `is wrong: ${issue.message}`;
  return [badSettings(`setting "${path}" ${message}`, origins.get(path) ?? `${file}: ${path}`)];
}

/** Where a setting was given, or, of an unknown group, where something in it was. */
function originOf(path: string, origins: ReadonlyMap<string, string>): string | undefined {
  const below = [...origins].find(([given]) => given === path || given.startsWith(`${path}.`));
  return below?.[1];
}

/** What could have been meant: the groups and settings below a path, and all full paths. */
function candidatesBelow(path: string): string[] {
  const known = [...settingPaths().keys()];
  const prefix = path === '' ? '' : `${path}.`;
  const depth = prefix.split('.').length;
  const below = known
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.split('.').slice(0, depth).join('.'));
  return [...new Set([...below, ...known])];
}

function badSettings(message: string, where: string, hint?: string, cause?: unknown): ShoalError {
  return new ShoalError({ code: 'bad-settings', remedy: 'stop', message, where, hint, cause });
}

function toSettings(written: WrittenSettings): Settings {
  const { grace, checkpoint, dedup, history, forgetAnonymousAfter, ...others } = written;
  const { erasure } = written;
  const { mail, privateAttributes, privacy, ...same } = others;
  const privateNames = parsePrivateNames(privateAttributes);
  assert(privateNames !== undefined, 'the schema has let only names through');
  return {
    ...same,
    graceMs: ms(grace),
    checkpoint: {
      intervalMs: ms(checkpoint.interval),
      bytesPerSecondMax: checkpoint.bytesPerSecondMax,
    },
    historyMs: ms(history),
    transitionsHistoryMs: ms(written.transitionsHistory),
    erasure: { intervalMs: ms(erasure.interval), noticeMs: ms(erasure.notice) },
    forgetAnonymousAfterMs: forgetAnonymousAfter === '' ? undefined : ms(forgetAnonymousAfter),
    dedup: { windowMs: ms(dedup.window), idsMax: dedup.ids },
    mail: mailSettings(mail),
    privateAttributes: privateNames,
    privacy: { secret: privacy.secret === '' ? undefined : privacy.secret },
    written,
  };
}

function mailSettings({
  quietHours,
  caps,
  publicUrl,
  ...same
}: WrittenSettings['mail']): MailSettings {
  const frequencyCaps = parseFrequencyCaps(caps);
  assert(frequencyCaps !== undefined, 'the schema has let only caps through');
  return {
    ...same,
    quietHours: parseQuietHours(quietHours.from, quietHours.to),
    caps: frequencyCaps,
    publicUrl: publicUrl === '' ? undefined : publicUrl.replace(/\/+$/, ''),
    secret: same.secret === '' ? undefined : same.secret,
    dkim: same.dkim.domain === '' ? undefined : same.dkim,
  };
}

function ms(text: string): DurationMs {
  const duration = parseDuration(text);
  assert(duration !== undefined, 'the schema has let only durations through');
  return duration;
}
