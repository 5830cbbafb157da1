import { readFileSync } from 'node:fs';
import { ShoalError } from '../base/error.ts';
import { didYouMean } from '../rules/fault.ts';
import { SECRETS, settingPaths } from './settings-schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value from outside the file, and where it comes from, for messages. */
export interface Overlay {
  readonly path: string;
  readonly text: string;
  readonly where: string;
}

/** SHOAL_* variables that are no settings. */
const OTHERS: ReadonlySet<string> = new Set([
  'SHOAL_CONFIG',
  'SHOAL_DATA',
  'SHOAL_NATS_STORE',
  'SHOAL_RUNS',
  'SHOAL_SEED',
]);

/** Kubernetes puts such variables into every container when a service is called "shoal…". */
const FROM_KUBERNETES = /_SERVICE_(HOST|PORT)|_PORT_\d+_(TCP|UDP)/;

/** `http.port` → `SHOAL_HTTP_PORT`, `allowVolatileRedis` → `SHOAL_ALLOW_VOLATILE_REDIS`. */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `SHOAL_${words.toUpperCase()}`;
}

/**
 * Reads the settings that SHOAL_* variables give. A secret may stand in a file that
 * `<variable>_FILE` names; a line end at its end is no part of it.
 */
export function fromEnvironment(environment: Environment): {
  readonly overlays: readonly Overlay[];
  readonly errors: readonly ShoalError[];
} {
  const names = namesOfVariables();
  const overlays: Overlay[] = [];
  const errors: ShoalError[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith('SHOAL_') || isForeign(variable, text)) continue;
    const name = names.get(variable);
    if (name === undefined) {
      errors.push(unknownVariable(variable, names.keys()));
      continue;
    }
    if (name.isFile && environment[variable.slice(0, -'_FILE'.length)] !== undefined) {
      errors.push(bad(`"${variable}" and the variable without _FILE are both set`, variable));
      continue;
    }
    try {
      const value = name.isFile ? readFileSync(text, 'utf8').replace(/\r?\n$/, '') : text;
      overlays.push({ path: name.path, text: value, where: variable });
    } catch (cause) {
      errors.push(bad(`the file "${text}" cannot be read`, variable, undefined, cause));
    }
  }
  return { overlays, errors };
}

function namesOfVariables(): ReadonlyMap<string, { path: string; isFile: boolean }> {
  const names = new Map<string, { path: string; isFile: boolean }>();
  for (const path of settingPaths().keys()) {
    names.set(variableOf(path), { path, isFile: false });
    if (SECRETS.includes(path)) names.set(`${variableOf(path)}_FILE`, { path, isFile: true });
  }
  return names;
}

function isForeign(variable: string, text: string): boolean {
  return OTHERS.has(variable) || FROM_KUBERNETES.test(variable) || /^(tcp|udp):\/\//.test(text);
}

function unknownVariable(variable: string, known: Iterable<string>): ShoalError {
  const hint = didYouMean(variable, known) ?? 'config/shoal.yaml of the project has all settings';
  return bad(`unknown variable "${variable}"`, 'the environment', hint);
}

function bad(message: string, where: string, hint?: string, cause?: unknown): ShoalError {
  return new ShoalError({ code: 'bad-settings', remedy: 'stop', message, where, hint, cause });
}
