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
import { ShoalError } from '../../base/error.ts';
import type {
  HttpHandlers,
  HttpOptions,
  HttpRequest,
  HttpResponse,
  HttpServer,
  RunningServer,
} from '../../roles/ports/http.ts';
import { BodyReader } from './body-reader.ts';
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
  const app = uws.App();
  const sockets = acceptSockets(app, options, handlers.sockets);
  app.any('/*', (response, request) => serve(response, request, options, handlers));
  const port = uws.us_socket_local_port(await listen(app, options));
  return {
    port,
    engine: 'uws',
    close: async () => {
      for (const socket of [...sockets]) socket.end(1001, 'the server is closing');
      app.close();
    },
  } satisfies RunningServer;
};

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
  options: HttpOptions,
  handlers: HttpHandlers,
): void {
  const method = request.getMethod().toUpperCase();
  const reader = new BodyReader(response, options.bodyBytesMax);
  const read: HttpRequest = {
    method,
    path: decodePath(request.getUrl()),
    query: new URLSearchParams(request.getQuery()),
    headers: headersOf(request),
    address: decoder.decode(response.getRemoteAddressAsText()),
    body: () => reader.body,
  };
  void handlers.request(read).then((answer) => {
    if (!reader.aborted) response.cork(() => write(response, method, answer, reader.refused));
  });
}

function headersOf(request: UwsRequest): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  request.forEach((name, value) => {
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  return headers;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function write(response: UwsResponse, method: string, answer: HttpResponse, last: boolean): void {
  response.writeStatus(`${answer.status} ${STATUS_CODES[answer.status] ?? ''}`);
  for (const [name, value] of Object.entries(answer.headers)) response.writeHeader(name, value);
  if (method === 'HEAD') response.endWithoutBody(Buffer.byteLength(answer.body), last);
  else response.end(answer.body, last);
}
