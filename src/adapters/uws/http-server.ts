/*
 * The HTTP port on uWebSockets.js.
 *
 * It ends the process when a worker thread that holds it ends: it lives on the main thread and is
 * closed before any exit.
 */
import { STATUS_CODES } from 'node:http';
import uws, {
  type HttpRequest as UwsRequest,
  type HttpResponse as UwsResponse,
  type TemplatedApp,
  type us_listen_socket as ListenSocket,
} from 'uWebSockets.js';
import { ByteBudget } from '../../base/byte-budget.ts';
import { ShoalError } from '../../base/error.ts';
import {
  HTTP_DEFAULTS,
  type HttpHandlers,
  type HttpOptions,
  type HttpResponse,
  type HttpServer,
  type RunningServer,
} from '../../roles/ports/http.ts';
import { ReceivedRequest } from '../../roles/ports/http/received-request.ts';
import { BodyReader, type BodyLimits } from './body-reader.ts';
import { Connections } from './connections.ts';
import { isAmbiguous } from './framing.ts';
import { acceptSockets } from './sockets.ts';

declare module 'uWebSockets.js' {
  interface TemplatedApp {
    /** This form exists, though the package's types leave it out. */
    listen(
      host: string,
      port: number,
      options: number,
      listening: (token: ListenSocket | false) => void,
    ): TemplatedApp;
  }
}

/** Without it a second program could listen on the same port, and each would get some requests. */
const EXCLUSIVE_PORT = 1;

const decoder = new TextDecoder();

export const uwsServer: HttpServer = async (options, handlers) => {
  const {
    bodyWithinMs = HTTP_DEFAULTS.bodyWithinMs,
    heldBytesMax = HTTP_DEFAULTS.heldBytesMax,
    connectionsMax = HTTP_DEFAULTS.connectionsMax,
  } = options;
  const app = uws.App();
  const connections = new Connections(app, connectionsMax, () => handlers.refused?.());
  const sockets = acceptSockets(app, options, handlers.sockets, () => connections.socketClosed());
  const bodies: BodyLimits = {
    bytesMax: options.bodyBytesMax,
    budget: new ByteBudget(heldBytesMax),
    coming: new Set(),
  };
  app.any('/*', (response, request) => serve(response, request, bodies, handlers));
  const port = uws.us_socket_local_port(await listen(app, options));
  const watch = watchBodies(bodies.coming, bodyWithinMs);
  return {
    port,
    engine: 'uws',
    close: async () => {
      clearInterval(watch);
      for (const socket of [...sockets]) socket.end(1001, 'the server is closing');
      app.close();
    },
  } satisfies RunningServer;
};

/** Gives up those that have been coming for too long. */
function watchBodies(coming: ReadonlySet<BodyReader>, withinMs: number): NodeJS.Timeout {
  const look = (): void => {
    const startedBefore = performance.now() - withinMs;
    // They stand in the order in which they began.
    for (const body of [...coming]) {
      if (body.startedAt > startedBefore) break;
      body.giveUp();
    }
  };
  return setInterval(look, Math.min(1_000, withinMs));
}

function listen(app: TemplatedApp, { host, port }: HttpOptions): Promise<ListenSocket> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, EXCLUSIVE_PORT, (token) => {
      if (token !== false) return resolve(token);
      app.close();
      reject(
        new ShoalError({
          code: 'cannot-listen',
          remedy: 'stop',
          message: `cannot listen on ${host}:${port}`,
          hint: 'is another program using this port?',
        }),
      );
    });
  });
}

/** The request may be read only before this function returns; the answer may come at any time. */
function serve(
  response: UwsResponse,
  request: UwsRequest,
  bodies: BodyLimits,
  handlers: HttpHandlers,
): void {
  const method = request.getMethod().toUpperCase();
  const headers = headersOf(request);
  // After an answer the parser would go on with what may be no request.
  if (isAmbiguous(headers)) return void response.close();
  const reader = new BodyReader(response, bodies);
  const read = new ReceivedRequest(
    {
      method,
      path: request.getUrl(),
      query: request.getQuery(),
      headers,
      address: decoder.decode(response.getRemoteAddressAsText()),
    },
    reader,
  );
  void handlers.request(read).then((answer) => send(response, method, reader, answer));
}

async function send(
  response: UwsResponse,
  method: string,
  reader: BodyReader,
  answer: HttpResponse,
): Promise<void> {
  if (reader.refused) await reader.ended;
  if (!reader.aborted) response.cork(() => write(response, method, answer, reader.refused));
  reader.release();
}

function headersOf(request: UwsRequest): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  request.forEach((name, value) => {
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  return headers;
}

function write(response: UwsResponse, method: string, answer: HttpResponse, last: boolean): void {
  response.writeStatus(`${answer.status} ${STATUS_CODES[answer.status] ?? ''}`);
  for (const [name, value] of Object.entries(answer.headers)) response.writeHeader(name, value);
  if (method === 'HEAD') response.endWithoutBody(Buffer.byteLength(answer.body), last);
  else response.end(answer.body, last);
}
