import { once } from 'node:events';
import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';

/**
 * What becomes of a POST instead: an answer of the proxy's own, with a time to wait, or an answer of
 * Shoal's that is lost on its way back.
 */
export type Fault = { readonly status: 429 | 503; readonly retryAfterS?: number } | 'lost-answer';

/** Stands between a sender and Shoal, and fails by a script. */
export class FaultyProxy {
  readonly url: string;
  /** The statuses that POSTs were answered with, `lost` among them, in order. */
  readonly answers: (number | 'lost')[] = [];
  readonly #server: Server;
  readonly #target: URL;
  #faults: Fault[] = [];

  /** @param target where Shoal is */
  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('it has no port');
    return new FaultyProxy(server, address.port, target);
  }

  private constructor(server: Server, port: number, target: string) {
    this.#server = server;
    this.#target = new URL(target);
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** The next POSTs fail in these ways, one after the other. */
  fail(...faults: readonly Fault[]): void {
    this.#faults = [...faults];
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isPost = request.method === 'POST';
    const fault = isPost ? this.#faults.shift() : undefined;
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return;
    if (typeof fault === 'object') {
      this.answers.push(fault.status);
      response.writeHead(fault.status, headersOf(fault)).end('{}');
      return;
    }
    const answered = await this.#forward(request, body).catch(() => undefined);
    if (answered === undefined || fault === 'lost-answer') {
      if (isPost) this.answers.push('lost');
      response.destroy();
      return;
    }
    if (isPost) this.answers.push(answered.status);
    response.writeHead(answered.status, answered.headers).end(answered.body);
  }

  async #forward(request: IncomingMessage, body: Buffer) {
    const { hostname, port } = this.#target;
    const { method, url: path, headers } = request;
    const forwarded = ask({ hostname, port, method, path, headers });
    forwarded.end(body);
    const answers = await once(forwarded, 'response');
    const answer = answers[0] as IncomingMessage; // what the event comes with
    const { statusCode: status = 0 } = answer;
    return { status, headers: answer.headers, body: await bodyOf(answer) };
  }
}

/** As Shoal does: a page may read the answer. */
function headersOf({ retryAfterS }: Exclude<Fault, 'lost-answer'>): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'retry-after',
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
