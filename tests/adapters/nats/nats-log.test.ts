import { connectNats } from '../../../src/adapters/nats/connect.ts';
import { logContract } from '../../contract/log.ts';
import { startNats } from '../../support/servers.ts';
import { RecordingLogger, systemClock } from '../../support/world.ts';

logContract('NATS', async () => {
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
});
