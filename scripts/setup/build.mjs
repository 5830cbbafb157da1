// dist/: the program and the dashboard, each built when one of its sources is newer than the build.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say, SetupFailed } from './say.mjs';

const DASHBOARD = 'src/dashboard';

/** What is built: from which files, by which program. */
const TARGETS = [
  {
    name: 'program',
    sources: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    leftOut: DASHBOARD,
    output: 'dist/app/cli.js',
    // Without types, which `npm run check` looks at: the first demo comes sooner.
    tool: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'],
  },
  {
    name: 'dashboard',
    sources: [
      DASHBOARD,
      'src/wire',
      'vite.config.ts',
      'tsconfig.dashboard.json',
      'package-lock.json',
    ],
    leftOut: undefined,
    output: 'dist/dashboard/index.html',
    tool: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'],
  },
];

export function build() {
  for (const target of TARGETS) {
    const stamp = join(ROOT, 'node_modules', `.shoal-built-${target.name}`);
    const now = fingerprint(target);
    const isBuilt = existsSync(join(ROOT, target.output)) && existsSync(stamp);
    if (isBuilt && readFileSync(stamp, 'utf8') === now) continue;
    say(`building the ${target.name}`);
    rmSync(stamp, { force: true });
    const failure = run(process.execPath, target.tool);
    if (failure !== undefined) {
      throw new SetupFailed(`The ${target.name} cannot be built:\n\n${failure}`);
    }
    writeFileSync(stamp, now);
  }
}

/** Changes when a source file comes, goes, or is written. */
function fingerprint({ sources, leftOut }) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (path === leftOut) return;
    const full = join(ROOT, path);
    const stat = statSync(full, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(full).toSorted()) visit(`${path}/${name}`);
    } else if (stat !== undefined) {
      hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    }
  };
  for (const source of sources) visit(source);
  return hash.digest('hex');
}
