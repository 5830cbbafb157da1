import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  allSources,
  importsOf,
  isCode,
  places,
  readSource,
  withoutWords,
  type Source,
} from './support/sources.ts';

/*
 * Keeps the house as docs/architecture.md draws it and the code as the style asks. Each rule is a
 * sentence and a function that finds what breaks it; a rule is never loosened to let something
 * pass.
 */

const all = allSources();
const code = all.filter(({ path }) => isCode(path));
const src = code.filter(({ path }) => path.startsWith('src/'));
const bare = src.map(({ path, text }) => ({ path, text: withoutWords(text) }));

const PURE = ['base', 'rules', 'campaign', 'compile', 'engine', 'wire'];
const PORTS = 'roles/ports';

/** Room → the rooms and the packages that it may import, beside itself. */
const ROOMS: Readonly<Record<string, { rooms: readonly string[]; packages: readonly string[] }>> = {
  base: { rooms: [], packages: [] },
  rules: { rooms: ['base'], packages: ['re2js', 'yaml', 'zod'] },
  campaign: { rooms: ['base', 'rules'], packages: ['yaml', 'zod'] },
  compile: { rooms: ['base', 'rules', 'campaign'], packages: ['re2js'] },
  engine: { rooms: ['base', 'rules', 'campaign', 'compile'], packages: ['roaring'] },
  wire: { rooms: PURE, packages: ['msgpackr', 'zod'] },
  'roles/ports': { rooms: PURE, packages: [] },
  'roles/owner': { rooms: [...PURE, PORTS], packages: [] },
  'roles/gateway': { rooms: [...PURE, PORTS], packages: ['zod'] },
  'roles/relay': { rooms: [...PURE, PORTS], packages: [] },
  'roles/mailer': { rooms: [...PURE, PORTS], packages: [] },
  'roles/catalogue': { rooms: [...PURE, PORTS], packages: [] },
  'adapters/nats': { rooms: ['base', 'wire', PORTS], packages: ['nats'] },
  'adapters/rate-limiter': {
    rooms: ['base', 'wire', PORTS],
    packages: ['rate-limiter-flexible'],
  },
  'adapters/redis': { rooms: ['base', 'wire', PORTS], packages: ['ioredis'] },
  'adapters/uws': { rooms: ['base', 'wire', PORTS], packages: ['uWebSockets.js'] },
  'adapters/node-http': { rooms: ['base', 'wire', PORTS], packages: ['ws'] },
  'adapters/smtp': {
    rooms: ['base', 'wire', PORTS],
    packages: ['nodemailer', 'postal-mime', 'smtp-server'],
  },
  'adapters/eta': {
    rooms: ['base', 'wire', PORTS],
    packages: ['cheerio', 'eta', 'html-to-text', 'juice'],
  },
  'adapters/cheerio': { rooms: ['base', 'wire', PORTS], packages: ['cheerio'] },
  'adapters/node-crypto': { rooms: ['base', 'wire', PORTS], packages: [] },
  'adapters/pino': { rooms: ['base', PORTS], packages: ['pino'] },
  'adapters/prom': { rooms: ['base', PORTS], packages: ['prom-client'] },
  app: {
    rooms: [...PURE, 'roles', 'adapters'],
    packages: ['cli-progress', 'commander', 'csv-parse', 'csv-stringify', 'yaml', 'zod'],
  },
  dashboard: { rooms: ['wire'], packages: ['@fontsource-variable/inter', 'preact', 'uplot'] },
};

/** `src/roles/owner/pump.ts` → `roles/owner`, `src/base/time.ts` → `base`. */
function roomOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  return first === 'roles' || first === 'adapters' ? `${first}/${second}` : first;
}

function isBelow(room: string, rooms: readonly string[]): boolean {
  return rooms.some((other) => room === other || room.startsWith(`${other}/`));
}

function foreignImports(source: Source): string[] {
  const room = roomOf(source.path);
  const allowed = ROOMS[room];
  if (allowed === undefined) return [`${source.path}: there is no room "${room}"`];
  return importsOf(source).flatMap((name) => {
    const isOwnFile = name.startsWith('src/');
    const isAllowed = isOwnFile
      ? roomOf(name) === room || isBelow(roomOf(name), allowed.rooms)
      : name.startsWith('node:') || allowed.packages.includes(name);
    return isAllowed ? [] : [`${source.path} imports ${name}`];
  });
}

const inPureRooms = bare.filter(({ path }) => PURE.includes(roomOf(path)));
const inRoles = bare.filter(({ path }) => path.startsWith('src/roles/'));

/** What no pure room may name: clocks, chance, waiting, the machine and its habits. */
const IMPURE_WORDS =
  'Date performance crypto Intl process console async await Promise fetch setTimeout setInterval ' +
  'setImmediate queueMicrotask localeCompare toLocaleString toLocaleLowerCase toLocaleUpperCase';
const IMPURE = new RegExp(String.raw`\b(?:${IMPURE_WORDS.replaceAll(' ', '|')}|Math\.random)\b`);

function foldersWithCounts(): [string, number][] {
  const counts = new Map<string, number>();
  for (const { path } of src) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts];
}

function codesUsed(): Set<string> {
  const codes = src.flatMap(({ text }) => [...text.matchAll(/\bcode: '([a-z0-9-]+)'/g)]);
  return new Set(codes.map(([, name = '']) => name));
}

function codesDocumented(): string[] {
  const { text } = readSource('docs/errors.md');
  return [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name = '']) => name);
}

const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const { dependencies, devDependencies } = packageSchema.parse(
  JSON.parse(readSource('package.json').text),
);
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) }),
  ),
});
const locked = lockSchema.parse(JSON.parse(readSource('package-lock.json').text)).packages;
const versions = Object.entries({ ...dependencies, ...devDependencies });
const explained = readSource('docs/dependencies.md').text;

const find = (sources: readonly Source[], pattern: RegExp): string[] =>
  sources.flatMap((source) => places(source, pattern));

const RULES: Readonly<Record<string, () => string[]>> = {
  'imports run one way: a room imports only what its line in ROOMS names': () =>
    src.flatMap(foreignImports),
  'pure rooms import nothing of node': () =>
    src
      .filter(({ path }) => PURE.includes(roomOf(path)))
      .flatMap((source) =>
        importsOf(source)
          .filter((name) => name.startsWith('node:'))
          .map((name) => `${source.path} imports ${name}`),
      ),
  'pure rooms know no clock, chance, waiting, locale or machine': () => find(inPureRooms, IMPURE),
  'the dashboard takes only types from wire': () =>
    find(
      src.filter(({ path }) => path.startsWith('src/dashboard/')),
      /^import (?!type).*\/wire\//,
    ),
  'roaring is imported in one file': () => {
    const importers = src.filter((source) => importsOf(source).includes('roaring'));
    return importers.length <= 1 ? [] : importers.map(({ path }) => path);
  },
  'only app reads the environment': () =>
    find(
      bare.filter(({ path }) => !path.startsWith('src/app/')),
      /\bprocess\.(?:env|argv)\b/,
    ),
  'roles take time from the clock that they are given': () =>
    find(inRoles, /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b/),

  'a source file has at most 300 lines, a table of tests at most 400': () =>
    code.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      return lines > (path.startsWith('tests/') ? 400 : 300) ? [`${path}: ${lines}`] : [];
    }),
  'a line of code has at most 100 columns': () =>
    find(
      code.filter(({ path }) => !path.startsWith('tests/')),
      /^.{101}/,
    ),
  'a line of tests has at most 100 columns, unless it holds a text': () =>
    find(
      code.filter(({ path }) => path.startsWith('tests/')),
      /^(?=.{101})[^'"`]*$/,
    ),
  'a folder of src has about a dozen files, at most 15': () =>
    foldersWithCounts().flatMap(([folder, n]) => (n > 15 ? [`${folder}: ${n}`] : [])),
  'names of files are kebab-case nouns': () =>
    code
      .map(({ path }) => path)
      .filter(
        (path) => !/(?:^|\/)[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.(?:ts|tsx|mjs)$/.test(path),
      ),
  'no Manager, Helper, Util or Impl in a name': () => [
    ...code.map(({ path }) => path).filter((path) => /manager|helper|util|impl\b/i.test(path)),
    ...find(bare, /\b(?:class|const|function|interface|type) \w*(?:Manager|Helper|Utils?|Impl)\b/),
  ],
  'no barrels: no index.ts': () =>
    code.map(({ path }) => path).filter((path) => /\/index\.tsx?$/.test(path)),
  'no default exports, save where a tool asks for one': () =>
    find(
      code.filter(({ path }) => !path.endsWith('.config.ts')),
      /^export default\b/,
    ),
  'no enums, no any, no namespaces': () =>
    find(
      bare,
      /^\s*(?:export )?(?:const )?enum \w|^\s*(?:export )?namespace \w|(?::|\bas|<) ?any\b/,
    ),
  'no non-null assertions': () => find(bare, /[\w)\]]!(?:[.;,)\]]|\[|\s*$)/),
  'nothing is put off or switched off': () =>
    find(
      code.filter(({ path }) => path !== 'tests/tidy.test.ts'),
      /\b(?:TODO|FIXME|XXX)\b|@ts-(?:ignore|expect-error|nocheck)|\.(?:skip|only|todo)\(/,
    ),

  'every error code of src stands in docs/errors.md': () =>
    [...codesUsed()].filter((name) => !codesDocumented().includes(name)),
  'every error code in docs/errors.md is used, and stands there once': () => {
    const documented = codesDocumented();
    return documented.filter(
      (name, i) =>
        documented.indexOf(name) !== i || !src.some(({ text }) => text.includes(`'${name}'`)),
    );
  },

  'versions of dependencies are exact': () =>
    versions
      .filter(([, version]) => !/^(?:npm:[\w.-]+@)?\d+\.\d+\.\d+$/.test(version))
      .map(([name, version]) => `${name} ${version}`),
  'every dependency has its reason in docs/dependencies.md': () =>
    versions.map(([name]) => name).filter((name) => !explained.includes(`| \`${name}\` |`)),
  'docs/dependencies.md names no dependency that is gone': () => {
    const names = [...explained.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
    return names.filter((name) => versions.every(([other]) => other !== name));
  },
  'every dependency of the program is imported in src': () => {
    const imported = new Set(src.flatMap(importsOf));
    return Object.keys(dependencies).filter((name) => !imported.has(name));
  },
  'package-lock.json has the optional packages of every platform': () => {
    const wanted = Object.values(locked).flatMap((one) => Object.keys(one.optionalDependencies));
    return wanted.filter((name) => !Object.keys(locked).some((path) => path.endsWith(`/${name}`)));
  },
  'package-lock.json holds no addresses of downloads': () =>
    find([readSource('package-lock.json')], /"resolved": "https?:/),
  'no file names a machine: no home folders, no registry hosts': () =>
    find(
      all,
      /(?:^|[\s'"`(=])\/(?:root|home\/\w+|Users\/\w+|work|tmp\/\w+)\/|registry\.[\w-]+\.\w+/,
    ),
  'mail addresses are at example.com': () =>
    find(all, /[\w.+-]+@(?!(?:[\w-]+\.)*example\.com\b)[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,}\b/i),
};

describe('tidy', () => {
  test('there is something to look at', () => {
    expect(src.length).toBeGreaterThan(20);
    expect(versions.length).toBeGreaterThan(10);
  });

  test.each(Object.keys(RULES))('%s', (rule) => {
    expect(RULES[rule]?.(), rule).toEqual([]);
  });
});
