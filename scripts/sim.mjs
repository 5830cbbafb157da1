// Builds the simulator and runs it: the owner's own code on simulated servers, networks and clocks.
// Exit status 1 when a promise was broken, or the run did not look where it should.
//
//   node scripts/sim.mjs [--seeds N] [--seed S]
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { ROOT } from './setup/say.mjs';

const OUTPUT = join(ROOT, 'node_modules/.cache/shoal-sim');
const TSC = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.sim.json'];

function runNode(args) {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

await setUp('build');
mkdirSync(OUTPUT, { recursive: true });
// Below node_modules the project's own `"type": "module"` does not hold.
writeFileSync(join(OUTPUT, 'package.json'), '{ "type": "module" }\n');
const status = runNode(TSC);
const main = join(OUTPUT, 'tests/sim/main.js');
process.exitCode =
  status === 0 ? runNode(['--enable-source-maps', main, ...process.argv.slice(2)]) : status;
