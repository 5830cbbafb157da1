// The npm packages: installed exactly as package-lock.json says, when they are not yet.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from './programs.mjs';
import { ROOT, run, say, SetupFailed } from './say.mjs';

const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.shoal-setup');

/** What `roaring`, which has no ready-made binary, is compiled with: program → Debian's package. */
const COMPILERS = { python3: 'python3', make: 'make', 'g++': 'g++' };

export function arePackagesCurrent() {
  if (readText(STAMP) === fingerprint()) return true;
  // Somebody has run npm: what it noted down says whether it is the same.
  if (!isInstalledAsLocked() || run(process.execPath, ['-e', "require('roaring')"])) return false;
  writeFileSync(STAMP, fingerprint());
  return true;
}

/** @returns {string[]} the programs that are missing for compiling */
export function missingCompilers() {
  return Object.keys(COMPILERS).filter((name) => findProgram(name) === undefined);
}

export function installPackages() {
  say('installing packages (once; a minute or two, since the bitmaps are compiled here)');
  const prefix = headersPrefix();
  const environment = prefix === undefined ? {} : { npm_config_nodedir: prefix };
  const failure = run(
    ...npm('ci', '--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'),
    environment,
  );
  if (failure !== undefined) throw new SetupFailed(advice(failure, prefix));
  writeFileSync(STAMP, fingerprint());
}

/** The npm that runs us, if one does, else the one on the PATH. */
function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return [process.execPath, [script, ...args]];
  return ['npm', args];
}

/**
 * Where Node's headers are, as node-gyp wants to hear it: `<prefix>/include/node/node.h`. Without
 * them it downloads them, which not every network allows.
 */
function headersPrefix() {
  const prefixes = [
    process.env.npm_config_nodedir,
    dirname(dirname(process.execPath)),
    dirname(dirname(realpathSync(process.execPath))),
    '/usr',
    '/usr/local',
  ];
  return prefixes.find((prefix) => prefix !== undefined && hasHeadersOfThisNode(prefix));
}

function hasHeadersOfThisNode(prefix) {
  const text = readText(join(prefix, 'include/node/node_version.h'));
  return text?.includes(`#define NODE_MODULE_VERSION ${process.versions.modules}\n`) ?? false;
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  return hash.digest('hex');
}

function isInstalledAsLocked() {
  const installed = readPackages(join(MODULES, '.package-lock.json'));
  const locked = readPackages(join(ROOT, 'package-lock.json'));
  if (installed === undefined || locked === undefined) return false;
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || installed[path]?.version === version,
  );
}

function readPackages(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function advice(failure, prefix) {
  const headers =
    prefix !== undefined
      ? `found below ${prefix}`
      : `NOT found beside ${process.execPath}.
    Node from nodejs.org or NodeSource brings them; for Debian's: apt-get install libnode-dev.
    If they are elsewhere: npm_config_nodedir=<folder that has include/node/node.h> npm run demo`;
  return `The packages could not be installed. What npm said:

${failure}

What this step needs:
  - the npm registry (npm ping tells whether it can be reached)
  - python3, make and g++, with which "roaring" is compiled: apt-get install python3 make g++
  - Node's headers: ${headers}
Then try again: npm ci`;
}
