import { connectNats } from '../../../src/adapters/nats/connect.ts';
import { logContract, type LogWorld } from '../../contract/log.ts';
import { logExpectationsContract } from '../../contract/log-expectations.ts';
import { logHistoryContract } from '../../contract/log-history.ts';
import { startNats } from '../../support/servers.ts';
import { RecordingLogger, systemClock } from '../../support/world.ts';

async function start(): Promise<LogWorld> {
  const server = await startNats();
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const nats = await connectNats({ servers: [server.url], name: 'contract' }, world);
  return {
    log: nats.log,
    bus: nats.bus,
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: async () => {
      await nats.close();
      await server.stop();
    },
  };
}

logContract('NATS', start);
logExpectationsContract('NATS', start);
logHistoryContract('NATS', start);
