// Checks the sources and runs the tests. The last line is `N passed, N failed`: each check counts
// as one, each test as one. Exit status 1 when something failed.
//
//   node scripts/test.mjs [--pure] [filters and flags of vitest]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { ROOT, say } from './setup/say.mjs';

const TSC = 'node_modules/typescript/bin/tsc';

/** What a machine can say without running anything: name → the tool and its flags. */
const CHECKS = {
  format: ['node_modules/oxfmt/bin/oxfmt', '--check'],
  lint: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format=unix'],
  types: [TSC, '-p', 'tsconfig.json'],
  'types of the dashboard': [TSC, '-p', 'tsconfig.dashboard.json'],
  'docker-compose.yml': [
    'node_modules/dclint/bin/dclint.cjs',
    'docker-compose.yml',
    '--max-warnings=0',
  ],
};

function runTool([script, ...args]) {
  const options = { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] };
  return spawnSync(process.execPath, [script, ...args], options).status === 0;
}

function runChecks() {
  const counts = { passed: 0, failed: 0 };
  for (const [name, tool] of Object.entries(CHECKS)) {
    const startedAt = performance.now();
    const isGood = runTool(tool);
    counts[isGood ? 'passed' : 'failed'] += 1;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    say(`check ${name}: ${isGood ? 'passed' : 'FAILED'} (${seconds} s)`);
  }
  return counts;
}

function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));
  const outputFile = join(folder, 'summary.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`];
  const isGood = runTool(['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args]);
  try {
    return count(JSON.parse(readFileSync(outputFile, 'utf8')), isGood);
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that could not even be loaded has no tests: it counts as one that failed. */
function count(summary, isGood) {
  const passed = summary.numPassedTests;
  const broken = summary.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = summary.numFailedTests + broken.length;
  // An error outside of any test fails the run as well.
  return { passed, failed: isGood ? failed : Math.max(failed, 1) };
}

const args = process.argv.slice(2);
const isPure = args[0] === '--pure';
// The quick form: fewer made-up histories each.
if (isPure) process.env.SHOAL_RUNS ??= '40';
await setUp(isPure ? 'build' : 'test');
const checks = runChecks();
const tests = runTests(isPure ? ['--project=pure', ...args.slice(1)] : args);
if (!process.env.SHOAL_DATA) say('SHOAL_DATA is not set: checks over the full data are not run');
const failed = checks.failed + tests.failed;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${checks.passed + tests.passed} passed, ${failed} failed`);
