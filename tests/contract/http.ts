import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../src/app/local/loopback.ts';
import { ShoalError } from '../../src/base/error.ts';
import type {
  HttpRequest,
  HttpResponse,
  HttpServer,
  RunningServer,
  Socket,
  SocketHandler,
} from '../../src/roles/ports/http.ts';

const BODY_BYTES_MAX = 10_000;
const WAITING_BYTES_MAX = 256 * 1024;

type Answer = (request: HttpRequest) => Promise<HttpResponse>;

/** What every adapter of the HTTP port must do. */
export function httpContract(engine: string, start: HttpServer): void {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()));
  });

  async function serve(answer: Answer, sockets: Partial<SocketHandler> = {}): Promise<string> {
    const server = await start(
      {
        host: '127.0.0.1',
        port: 0,
        bodyBytesMax: BODY_BYTES_MAX,
        waitingBytesMax: WAITING_BYTES_MAX,
      },
      { request: answer, sockets: { ...SILENT, ...sockets } },
    );
    running.push(server);
    expect(server.engine).toBe(engine);
    expect(server.port).toBeGreaterThan(0);
    return `127.0.0.1:${server.port}`;
  }

  describe('requests', () => {
    it('are handed over with method, decoded path, query, headers and body', async () => {
      const host = await serve(async (request) => {
        const text = await request.body((bytes) => new TextDecoder().decode(bytes));
        const seen = [
          request.method,
          request.path,
          request.query.get('q'),
          request.headers.get('x-one'),
        ];
        return ok([...seen, text].join('|'));
      });
      const answer = await fetch(`http://${host}/a%20b/c?q=1%262`, {
        method: 'POST',
        headers: { 'X-One': 'Two' },
        body: 'héllo',
      });
      expect(await answer.text()).toBe('POST|/a b/c|1&2|Two|héllo');
    });

    it('get the status, the headers and the bytes of their answer', async () => {
      const body = new Uint8Array([0, 255, 10]);
      const host = await serve(async () => ({ status: 418, headers: { 'x-tea': 'yes' }, body }));
      const answer = await fetch(`http://${host}/`);
      expect(answer.status).toBe(418);
      expect(answer.headers.get('x-tea')).toBe('yes');
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body);
    });

    it('keep a path that cannot be decoded as it came', async () => {
      const host = await serve(async ({ path }) => ok(path));
      expect(await (await fetch(`http://${host}/%ff`)).text()).toBe('/%ff');
    });

    it('with HEAD are answered with the length and without the body', async () => {
      const host = await serve(async ({ method }) => ok(`${method}!`));
      const answer = await fetch(`http://${host}/`, { method: 'HEAD' });
      expect(answer.headers.get('content-length')).toBe('5');
      expect(await answer.text()).toBe('');
    });

    it('may be answered without their body being read', async () => {
      const host = await serve(async () => ok('no need'));
      for (let i = 0; i < 3; i++) {
        const answer = await fetch(`http://${host}/`, { method: 'POST', body: 'x'.repeat(100) });
        expect(await answer.text()).toBe('no need');
      }
    });

    it('give their body to who asks at once as to who asks when it has come', async () => {
      const host = await serve(async (request) => {
        if (request.path === '/late') await sleep(100);
        return ok(await request.body((bytes) => new TextDecoder().decode(bytes)));
      });
      const bodies = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(BODY_BYTES_MAX));
      for (const path of ['/', '/late']) {
        const answers = await Promise.all(
          bodies.map((body) => fetch(`http://${host}${path}`, { method: 'POST', body })),
        );
        expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(bodies);
      }
    });

    it('tell who reads their body what went wrong in reading', async () => {
      const host = await serve(async (request) => {
        const read = request.body(() => {
          throw new Error('not what was wanted');
        });
        return ok(await read.catch(String));
      });
      const answer = await fetch(`http://${host}/`, { method: 'POST', body: 'x' });
      expect(await answer.text()).toBe('Error: not what was wanted');
    });

    it('pass at the limit of the body and are refused one byte above it', async () => {
      const host = await serve(async (request) => {
        try {
          return ok(String(await request.body(({ length }) => length)));
        } catch (error) {
          return { ...ok(error instanceof ShoalError ? error.code : 'another'), status: 413 };
        }
      });
      const send = (bytes: number) =>
        fetch(`http://${host}/`, { method: 'POST', body: 'x'.repeat(bytes) });
      expect(await (await send(BODY_BYTES_MAX)).text()).toBe(String(BODY_BYTES_MAX));
      const refused = await send(BODY_BYTES_MAX + 1);
      expect([refused.status, await refused.text()]).toEqual([413, 'body-too-large']);
      expect(await (await send(1)).text()).toBe('1');
    });

    it('whose peer goes away end their body with an error, and the server goes on', async () => {
      const failed = promise<unknown>();
      const host = await serve(async (request) => {
        if (request.method === 'GET') return ok('alive');
        await request.body(() => undefined).catch(failed.resolve);
        return ok('nobody reads this');
      });
      const peer = connect(portOf(host), '127.0.0.1', () => {
        peer.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
        setImmediate(() => peer.destroy());
      });
      expect(await failed.value).toMatchObject({ code: 'request-aborted' });
      expect(await (await fetch(`http://${host}/`)).text()).toBe('alive');
    });
  });

  describe('sockets', () => {
    it('carry text both ways and tell of their end', async () => {
      const closed = promise<Socket>();
      const host = await serve(notFound, {
        open: (socket) => void socket.send('welcome'),
        message: (socket, text) => void socket.send(`echo ${text}`),
        close: closed.resolve,
      });
      const { socket, received } = await dial(host);
      socket.send('grüße');
      await expect.poll(() => received).toEqual(['welcome', 'echo grüße']);
      socket.close();
      expect((await closed.value).send('too late')).toBe(false);
    });

    it('carry a frame far above the limit of what may come in', async () => {
      const big = 'x'.repeat(200_000);
      const host = await serve(notFound, { open: (socket) => void socket.send(big) });
      const { received } = await dial(host);
      await expect.poll(() => received[0]?.length).toBe(big.length);
    });

    it('are closed with the code and the reason that are given', async () => {
      const host = await serve(notFound, { message: (socket) => socket.close(4000, 'enough') });
      const { socket, ended } = await dial(host);
      socket.send('x');
      expect(await ended).toEqual({ code: 4000, reason: 'enough' });
    });

    it('end at a binary message', async () => {
      const host = await serve(notFound);
      const { socket, ended } = await dial(host);
      socket.send(new Uint8Array([1, 2]));
      expect(await ended).toMatchObject({ code: 1003 });
    });

    it('end at a message above the limit, unheard', async () => {
      const heard: string[] = [];
      const host = await serve(notFound, { message: (_, text) => heard.push(text) });
      const { socket, ended } = await dial(host);
      socket.send('x'.repeat(BODY_BYTES_MAX + 1));
      await ended;
      expect(heard).toEqual([]);
    });

    it('drop what a slow peer does not read instead of keeping it', async () => {
      const opened = promise<Socket>();
      const host = await serve(notFound, { open: opened.resolve });
      const peer = connect(portOf(host), '127.0.0.1', () => peer.write(HANDSHAKE));
      peer.pause();
      const socket = await opened.value;
      const text = 'x'.repeat(64 * 1024);
      let sent = 0;
      while (sent < 2_000 && socket.send(text)) sent++;
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThan(2_000);
      expect(socket.waitingBytes()).toBeGreaterThan(WAITING_BYTES_MAX);
      expect(socket.waitingBytes()).toBeLessThan(WAITING_BYTES_MAX + 2 * text.length);
      peer.destroy();
    });

    it('are accepted at their path only', async () => {
      const host = await serve(notFound);
      const socket = new WebSocket(`ws://${host}/elsewhere`);
      const failed = await new Promise((resolve) => socket.once('error', resolve));
      expect(failed).toBeInstanceOf(Error);
    });
  });

  describe('a server', () => {
    it('refuses a port that is taken', async () => {
      const host = await serve(notFound);
      const again = start(
        { host: '127.0.0.1', port: portOf(host), bodyBytesMax: 1, waitingBytesMax: 1 },
        { request: notFound, sockets: SILENT },
      );
      await expect(again).rejects.toMatchObject({ code: 'cannot-listen' });
    });

    it('may listen again at once where another one has closed, with its connections', async () => {
      const port = await freePort();
      const options = { host: '127.0.0.1', port, bodyBytesMax: 1, waitingBytesMax: 1 };
      for (let i = 0; i < 3; i++) {
        const server = await start(options, { request: notFound, sockets: SILENT });
        const { ended } = await dial(`127.0.0.1:${port}`);
        const again = start(options, { request: notFound, sockets: SILENT });
        await expect(again).rejects.toMatchObject({ code: 'cannot-listen' });
        await server.close();
        await ended;
      }
    });

    it('ends sockets and connections and stops listening when it closes', async () => {
      let closed = 0;
      const host = await serve(notFound, { close: () => closed++ });
      const { ended } = await dial(host);
      await (await fetch(`http://${host}/`)).text();
      await running.splice(0)[0]?.close();
      expect(await ended).toMatchObject({ code: 1001 });
      expect(closed).toBe(1);
      await expect(fetch(`http://${host}/`)).rejects.toThrow();
    });
  });
}

const SILENT: SocketHandler = {
  path: '/socket',
  open: () => undefined,
  message: () => undefined,
  close: () => undefined,
};

const HANDSHAKE = [
  'GET /socket HTTP/1.1',
  'host: x',
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

function ok(body: string): HttpResponse {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}

async function notFound(): Promise<HttpResponse> {
  return { ...ok('nothing here'), status: 404 };
}

function portOf(host: string): number {
  return Number(host.split(':')[1]);
}

interface Dialled {
  readonly socket: WebSocket;
  readonly received: string[];
  readonly ended: Promise<{ code: number; reason: string }>;
}

/** A socket of a client, open. */
async function dial(host: string): Promise<Dialled> {
  const socket = new WebSocket(`ws://${host}/socket`);
  const received: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') received.push(data);
  });
  const ended = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { socket, received, ended };
}

function promise<T>(): { value: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const value = new Promise<T>((done) => {
    resolve = done;
  });
  return { value, resolve };
}
