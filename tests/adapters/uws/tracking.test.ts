import { uwsServer } from '../../../src/adapters/uws/http-server.ts';
import { trackingContract } from '../../contract/tracking.ts';

trackingContract('uws', uwsServer);
