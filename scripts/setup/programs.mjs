// Programs that npm does not bring: compilers, servers, a browser for the tests.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, say, SetupFailed } from './say.mjs';

/** Program → what else serves for it, and Debian's package. */
const KNOWN = {
  'nats-server': { names: ['nats-server'], debian: 'nats-server', site: 'nats.io/download' },
  'redis-server': {
    names: ['redis-server', 'valkey-server'],
    debian: 'redis-server',
    site: 'redis.io/docs (valkey.io serves as well)',
  },
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium',
    site: 'chromium.org',
  },
  python3: { names: ['python3'], debian: 'python3', site: 'python.org' },
  make: { names: ['make'], debian: 'make', site: 'gnu.org/software/make' },
  'g++': { names: ['g++'], debian: 'g++', site: 'gcc.gnu.org' },
};

const MORE_FOLDERS = [
  '/usr/local/bin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/opt/homebrew/bin',
];

/**
 * Debian starts and enables the servers that it installs. We start our own, on free ports: so a
 * policy forbids the start while we install, and what came as a service is disabled again.
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install --yes --no-install-recommends "$@"; }
ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || apt-get update
install "$@" || { apt-get update && install "$@"; } || exit 1
for package in "$@"; do
  case $package in
    *-server) systemctl disable "$package" >/dev/null 2>&1 || : ;;
  esac
done
`;

/** @returns {string | undefined} the path of a program on the PATH or in the usual folders */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder || '/nowhere', name)).find(isProgram);
}

/** @returns {string | undefined} the path of a known program, or of what else serves for it */
export function findAnyProgram(known) {
  return KNOWN[known].names.map(findProgram).find((path) => path !== undefined);
}

/** @returns {string[]} those of the wanted programs for which nothing is installed */
export function missingPrograms(wanted) {
  return wanted.filter((name) => findAnyProgram(name) === undefined);
}

/** Installs programs with apt-get where that needs no questions; else says how to get them. */
export function installPrograms(missing) {
  if (missing.length === 0) return;
  const packages = missing.map((name) => KNOWN[name].debian);
  const root = commandAsRoot();
  if (root === undefined) throw new SetupFailed(advice(missing, packages, ''));
  say(`installing ${packages.join(', ')} with apt-get`);
  const [program, ...before] = [...root, 'sh', '-c', INSTALL, 'shoal-setup', ...packages];
  const failure = run(program, before);
  const still = missing.filter((name) => missingPrograms([name]).length > 0);
  if (still.length > 0) throw new SetupFailed(advice(still, packages, failure ?? ''));
}

/** How to become root without a question; undefined when that, or apt-get, is not to be had. */
function commandAsRoot() {
  if (findProgram('apt-get') === undefined) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function advice(missing, packages, failure) {
  const lines = missing.map((name) => `  - ${name.padEnd(14)}${KNOWN[name].site}`);
  const before = failure === '' ? '' : `${failure}\n\n`;
  return `${before}Shoal needs these programs and cannot install them by itself:

${lines.join('\n')}

On Debian and Ubuntu:   sudo apt-get install ${packages.join(' ')}
On macOS:               brew install nats-server redis
Elsewhere:              from the addresses above; anywhere on the PATH will do.

Servers need not be running: Shoal starts its own, on free ports, and stops them. Then try again.`;
}
