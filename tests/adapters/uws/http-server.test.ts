import { uwsServer } from '../../../src/adapters/uws/http-server.ts';
import { httpContract } from '../../contract/http.ts';

httpContract('uws', uwsServer);
