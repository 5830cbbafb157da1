// Makes sure that a fresh clone can run: packages, compilers, servers, and what is built. Plain
// JavaScript without dependencies, since it runs before anything is installed. Quiet and quick when
// nothing is to be done.
//
//   node scripts/setup.mjs [--for build | demo | test]
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { arePackagesCurrent, installPackages, missingCompilers } from './setup/packages.mjs';
import { installPrograms, missingPrograms } from './setup/programs.mjs';
import { SetupFailed } from './setup/say.mjs';

/** What each purpose needs besides packages and the build. */
const PROGRAMS = {
  build: [],
  demo: ['nats-server', 'redis-server'],
  test: ['nats-server', 'redis-server', 'chromium'],
};

/**
 * Does what is missing for a purpose. Ends the process with status 1, after a screen that says what
 * to do, when it cannot.
 *
 * @param {'build' | 'demo' | 'test'} purpose
 * @returns {Promise<void>}
 */
export async function setUp(purpose) {
  try {
    requireNode();
    const arePackagesThere = arePackagesCurrent();
    const compilers = arePackagesThere ? [] : missingCompilers();
    installPrograms([...compilers, ...missingPrograms(PROGRAMS[purpose])]);
    if (!arePackagesThere) installPackages();
    build();
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupFailed(
    `Shoal needs Node 20.19 or later; this is ${process.versions.node} at ${process.execPath}.\n` +
      'How to get it: https://nodejs.org/en/download',
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--for');
  const purpose = at < 0 ? 'test' : (process.argv[at + 1] ?? '');
  if (!Object.hasOwn(PROGRAMS, purpose)) {
    process.stderr.write(`--for takes one of ${Object.keys(PROGRAMS).join(', ')}\n`);
    process.exit(2);
  }
  await setUp(purpose);
}
