// Kills real servers and a real engine again and again while events stream in, and then looks
// whether anything was lost or came twice. The last line is JSON; exit status 1 when it was.
//
//   node scripts/soak.mjs [--minutes 6] [--seed 7] [--customers 100000] [--rate 1600]
//                         [--partitions 16] [--checkpoint-every 10s] [--folder <folder>]
//                         [--redis-away 60 [--how stopped | killed]]
//   node scripts/soak.mjs mail [--letters 5000] [--kills 50] [--seed 7]
//   node scripts/soak.mjs overload [--seconds 60] [--times 3] [--engine uws | node-http]
//
// `mail` kills the mailer, and has it write to a mail server that fails at every stage. `overload`
// sends more events over HTTP than a gateway can take.
// The folder keeps data and logs. What is here runs from its sources, since it starts the project's
// programs by their places in it.
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { ROOT } from './setup/say.mjs';

await setUp('demo');
// Not before the packages are there.
const { runnerImport } = await import('vite');
const [first, ...rest] = process.argv.slice(2);
const kind = first === 'mail' || first === 'overload' ? first : undefined;
const { module } = await runnerImport(join(ROOT, 'tests/soak', kind ?? '.', 'main.ts'), {
  root: ROOT,
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(kind === undefined ? process.argv.slice(2) : rest);
