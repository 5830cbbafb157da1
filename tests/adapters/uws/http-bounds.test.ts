import { uwsServer } from '../../../src/adapters/uws/http-server.ts';
import { httpBoundsContract } from '../../contract/http-bounds.ts';

httpBoundsContract(uwsServer);
