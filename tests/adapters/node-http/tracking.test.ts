import { nodeServer } from '../../../src/adapters/node-http/http-server.ts';
import { trackingContract } from '../../contract/tracking.ts';

trackingContract('node-http', nodeServer);
