import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { projectPath } from '../../src/app/root.ts';

const ROOT = projectPath('.');

/** Made by machines, or not ours to keep tidy. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  '.git',
  '.shoal',
  'coverage',
  'dist',
  'node_modules',
  'package-lock.json',
  'LICENSE',
]);

export interface Source {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** All files of the project as text; pictures and the like are left out. */
export function allSources(): Source[] {
  return namesOf('.')
    .filter((path) => !/\.(png|jpg|ico|gz|woff2)$/.test(path))
    .map(readSource);
}

export function readSource(path: string): Source {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

export function isCode(path: string): boolean {
  return /\.(ts|tsx|mjs)$/.test(path);
}

function namesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => !LEFT_OUT.has(name) && !name.endsWith('.log'))
    .flatMap((name) => {
      const path = posix.join(folder, name);
      return statSync(join(ROOT, path)).isDirectory() ? namesOf(path) : [path];
    });
}

const IMPORT = new RegExp(
  String.raw`^(?:import|export)\s(?:type\s)?(?:[\w$*][^;'{]*)?(?:\{[^}]*\})?\s*\bfrom\s*'([^']+)'` +
    String.raw`|^import\s*'([^']+)'|\bimport\('([^']+)'\)`,
  'gm',
);

/** What a file imports: paths of the project for its own files, names of packages for the rest. */
export function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, effect, late]) => {
    const name = from ?? effect ?? late ?? '';
    return name.startsWith('.') ? posix.join(dirname(path), name) : packageOf(name);
  });
}

/** `eta/core` → `eta`, `@scope/name/part` → `@scope/name`, `node:fs/promises` → itself. */
function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

/** The code with comments and the insides of texts blanked; lines keep their numbers. */
export function withoutWords(text: string): string {
  const words =
    /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return text.replaceAll(words, (word) => word.replaceAll(/[^\n]/g, ' '));
}

/** `path:line` of every match. */
export function places({ path, text }: Source, pattern: RegExp): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) =>
    pattern.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : [],
  );
}
