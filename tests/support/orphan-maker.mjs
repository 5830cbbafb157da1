// Starts both servers and lives on, so that a test can kill it with SIGKILL and look for orphans.
import { startLocalNats } from '../../dist/app/local/local-nats.js';
import { startLocalRedis } from '../../dist/app/local/local-redis.js';

const servers = [await startLocalNats(), await startLocalRedis()];
const found = servers.map(({ pid, port, dataFolder }) => ({ pid, port, dataFolder }));
process.stdout.write(`${JSON.stringify(found)}\n`);
