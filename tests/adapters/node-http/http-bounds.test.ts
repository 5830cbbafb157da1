import { nodeServer } from '../../../src/adapters/node-http/http-server.ts';
import { httpBoundsContract } from '../../contract/http-bounds.ts';

httpBoundsContract(nodeServer);
