/*
 * The HTTP port on `node:http` and `ws`: serves where uWebSockets.js does not load.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ShoalError } from '../../base/error.ts';
import type {
  HttpHandlers,
  HttpOptions,
  HttpRequest,
  HttpResponse,
  HttpServer,
  RunningServer,
} from '../../roles/ports/http.ts';
import { acceptSockets } from './sockets.ts';

export const nodeServer: HttpServer = async (options, handlers) => {
  const server = createServer((request, response) => serve(request, response, options, handlers));
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
  options: HttpOptions,
  handlers: HttpHandlers,
): void {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const read: HttpRequest = {
    method: request.method ?? 'GET',
    path: decodePath(mark < 0 ? target : target.slice(0, mark)),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: headersOf(request),
    address: request.socket.remoteAddress ?? '',
    body: () => readBody(request, options.bodyBytesMax),
  };
  void handlers.request(read).then((answer) => write(request, response, answer));
}

function headersOf(request: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function readBody(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) return void chunks.push(chunk);
      chunks.length = 0;
      reject(
        new ShoalError({
          code: 'body-too-large',
          remedy: 'refuse-input',
          message: `the body is longer than ${bytesMax} bytes`,
          hint: 'send it in several requests',
        }),
      );
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => {
      reject(
        new ShoalError({
          code: 'request-aborted',
          remedy: 'refuse-input',
          message: 'the peer went before the end of its request',
        }),
      );
    });
  });
}

/** A request that was not read to its end cannot be followed by another one. */
function write(request: IncomingMessage, response: ServerResponse, answer: HttpResponse): void {
  const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) };
  const unread = !request.complete && hasBody(request);
  response.writeHead(answer.status, unread ? { ...headers, connection: 'close' } : headers);
  response.end(answer.body);
}

function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}
