// Builds the benchmarks and the program under them, and runs one.
//
//   node scripts/bench.mjs <name> [flags of that benchmark]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { ROOT, say } from './setup/say.mjs';

const OUTPUT = join(ROOT, 'node_modules/.cache/shoal-bench');
const TSC = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.bench.json'];

/** One core, as the bench says: only its own children run beside it, and only in turns. */
const FLAGS = ['--enable-source-maps', '--expose-gc', '--max-old-space-size=8192'];

function runNode(args) {
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

function names() {
  const files = readdirSync(join(ROOT, 'bench')).filter((file) => file.endsWith('.ts'));
  return files.map((file) => file.slice(0, -'.ts'.length));
}

const [name = '', ...args] = process.argv.slice(2);
if (!existsSync(join(ROOT, 'bench', `${name}.ts`))) {
  say(`which benchmark? npm run bench -- ${names().join(' | ')}`);
  process.exit(2);
}
await setUp('build');
mkdirSync(OUTPUT, { recursive: true });
// Below node_modules the project's own `"type": "module"` does not hold.
writeFileSync(join(OUTPUT, 'package.json'), '{ "type": "module" }\n');
// Servers are started with the project's own files, which the program looks for beside itself.
if (!existsSync(join(OUTPUT, 'config'))) symlinkSync(join(ROOT, 'config'), join(OUTPUT, 'config'));
const status = runNode(TSC);
process.exitCode =
  status === 0 ? runNode([...FLAGS, join(OUTPUT, 'bench', `${name}.js`), ...args]) : status;
