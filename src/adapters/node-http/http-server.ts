/*
 * The HTTP port on `node:http` and `ws`: serves where uWebSockets.js does not load.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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
import { acceptSockets } from './sockets.ts';

/** How long headers may take to come, and a connection may wait for another request, ms. */
const IDLE_MS = 10_000;
/** How often connections are looked at for that, ms. */
const LOOK_EVERY_MS = 1_000;

export const nodeServer: HttpServer = async (options, handlers) => {
  const {
    bodyWithinMs = HTTP_DEFAULTS.bodyWithinMs,
    heldBytesMax = HTTP_DEFAULTS.heldBytesMax,
    connectionsMax = HTTP_DEFAULTS.connectionsMax,
  } = options;
  const bodies: BodyLimits = {
    bytesMax: options.bodyBytesMax,
    withinMs: bodyWithinMs,
    budget: new ByteBudget(heldBytesMax),
  };
  const times = {
    headersTimeout: IDLE_MS,
    keepAliveTimeout: IDLE_MS,
    // Of bodies that nobody reads; the others have ended by then.
    requestTimeout: bodyWithinMs + IDLE_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  };
  const server = createServer(times, (request, response) =>
    serve(request, response, bodies, handlers),
  );
  // A peer that reads nothing of its answer is not waited for.
  server.timeout = bodyWithinMs + IDLE_MS;
  server.maxConnections = connectionsMax;
  server.on('drop', () => handlers.refused?.());
  const closeSockets = acceptSockets(server, options, handlers.sockets);
  const port = await listen(server, options);
  return {
    port,
    engine: 'node-http',
    close: async () => {
      await closeSockets();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  } satisfies RunningServer;
};

function listen(server: Server, { host, port }: HttpOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new ShoalError({
          code: 'cannot-listen',
          remedy: 'stop',
          message: `cannot listen on ${host}:${port}`,
          hint: 'is another program using this port?',
          cause,
        }),
      );
    });
    // Exclusive: a second server on the same port is refused.
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  bodies: BodyLimits,
  handlers: HttpHandlers,
): void {
  const { method = 'GET', url = '/' } = request;
  const mark = url.indexOf('?');
  const [path, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
  const address = request.socket.remoteAddress ?? '';
  const reader = new BodyReader(request, bodies);
  const head = { method, path, query, headers: headersOf(request), address };
  const read = new ReceivedRequest(head, reader);
  void handlers.request(read).then(async (answer) => {
    if (reader.refused) await reader.ended;
    write(response, answer, reader.refused);
    reader.release();
  });
}

function headersOf(request: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

/** @param last no other request can follow on the connection */
function write(response: ServerResponse, answer: HttpResponse, last: boolean): void {
  const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) };
  response.writeHead(answer.status, last ? { ...headers, connection: 'close' } : headers);
  response.end(answer.body);
}
