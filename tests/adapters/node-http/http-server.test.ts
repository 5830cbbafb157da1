import { nodeServer } from '../../../src/adapters/node-http/http-server.ts';
import { httpContract } from '../../contract/http.ts';

httpContract('node-http', nodeServer);
