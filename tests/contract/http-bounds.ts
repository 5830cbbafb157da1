import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ShoalError } from '../../src/base/error.ts';
import type {
  HttpHandlers,
  HttpOptions,
  HttpResponse,
  HttpServer,
  RunningServer,
} from '../../src/roles/ports/http.ts';

const BODY_BYTES_MAX = 10_000;

type Answer = HttpHandlers['request'];

/** What every adapter of the HTTP port lets nobody do. */
export function httpBoundsContract(start: HttpServer): void {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()));
  });

  async function serve(
    request: Answer,
    limits: Partial<HttpOptions> = {},
    refused?: () => void,
  ): Promise<string> {
    const silent = { open: () => undefined, message: () => undefined, close: () => undefined };
    const bounds = { bodyBytesMax: BODY_BYTES_MAX, waitingBytesMax: 100_000, ...limits };
    const server = await start(
      { host: '127.0.0.1', port: 0, ...bounds },
      { request, sockets: { path: '/socket', ...silent }, refused },
    );
    running.push(server);
    return `127.0.0.1:${server.port}`;
  }

  describe('bounds', () => {
    it('a body far above the limit is answered, though the peer sends all of it', async () => {
      const host = await serve(bodyLength);
      const body = 'x'.repeat(20_000_000);
      const refused = await fetch(`http://${host}/`, { method: 'POST', body });
      expect([refused.status, await refused.text()]).toEqual([400, 'body-too-large']);
      expect(await (await post(host, 'x')).text()).toBe('1');
    });

    it('a body that drips is refused after its time, and the connection ends', async () => {
      const host = await serve(bodyLength, { bodyWithinMs: 300 });
      const peer = dialRaw(host, `${POST}content-length: 100\r\n\r\nhalf`);
      const drip = setInterval(() => peer.socket.write('x'), 50);
      await expect.poll(() => peer.received()).toContain('body-too-slow');
      await peer.ended;
      clearInterval(drip);
      expect(await (await post(host, 'x')).text()).toBe('1');
    });

    it('bodies that are too much together are refused, and those that are done make room', async () => {
      const held: (() => void)[] = [];
      const host = await serve(
        async (request) => {
          const answer = await bodyLength(request);
          if (answer.status === 200) await new Promise<void>((resolve) => held.push(resolve));
          return answer;
        },
        { heldBytesMax: 15_000 },
      );
      const first = post(host, 'x'.repeat(8_000));
      await expect.poll(() => held.length).toBe(1);
      expect(await (await post(host, 'x'.repeat(8_000))).text()).toBe('too-much-held');
      const dropped = dialRaw(host, `${POST}content-length: 9000\r\n\r\n${'x'.repeat(6_000)}`);
      dropped.socket.end();
      await dropped.ended;
      held.pop()?.();
      expect(await (await first).text()).toBe('8000');
      const again = post(host, 'x'.repeat(10_000));
      await expect.poll(() => held.length).toBe(1);
      held.pop()?.();
      expect(await (await again).text()).toBe('10000');
    });

    it('connections that are too many are closed and told of, and those that end make room', async () => {
      let refused = 0;
      const host = await serve(bodyLength, { connectionsMax: 2 }, () => (refused += 1));
      const socket = new WebSocket(`ws://${host}/socket`);
      await new Promise((resolve) => socket.once('open', resolve));
      const peer = dialRaw(host, '');
      await expect.poll(() => peer.socket.readyState).toBe('open');
      const third = dialRaw(host, `${POST}content-length: 1\r\n\r\nx`);
      await third.ended;
      expect(third.received()).toBe('');
      expect(refused).toBe(1);
      peer.socket.destroy();
      socket.close();
      await new Promise((resolve) => socket.once('close', resolve));
      const others = ['a', 'b'].map(() => dialRaw(host, `${POST}content-length: 1\r\n\r\nx`));
      for (const other of others) await expect.poll(() => other.received()).toContain('200 OK');
      for (const other of others) other.socket.destroy();
    });

    it.each([
      ['two lengths', 'content-length: 3\r\ncontent-length: 40\r\n\r\nabc'],
      ['a length and chunks', 'content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['chunks and a length', 'transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n'],
      ['an unknown encoding', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
      ['two encodings', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
      ['a signed length', 'content-length: +3\r\n\r\nabc'],
      ['a length below zero', 'content-length: -3\r\n\r\nabc'],
      ['a length beyond all numbers', `content-length: ${'9'.repeat(30)}\r\n\r\nabc`],
      ['a chunk of no number', 'transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n'],
    ])('a request of %s ends its connection, and nothing after it is heard', async (_, framing) => {
      const heard: string[] = [];
      const host = await serve(async (request) => {
        heard.push(request.path);
        return bodyLength(request);
      });
      const next = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n';
      const peer = dialRaw(host, `${POST}${framing}${next}`);
      await peer.ended;
      expect(peer.received()).toMatch(/^(?:HTTP\/1\.1 400 |$)/);
      expect(heard).not.toContain('/smuggled');
    });
  });
}

const POST = 'POST / HTTP/1.1\r\nhost: x\r\n';

const bodyLength: Answer = async (request) => {
  try {
    return ok(String(await request.body(({ length }) => length)));
  } catch (error) {
    return { ...ok(error instanceof ShoalError ? error.code : 'another'), status: 400 };
  }
};

function post(host: string, body: string): Promise<Response> {
  return fetch(`http://${host}/`, { method: 'POST', body });
}

/** A peer that says what it likes. */
function dialRaw(
  host: string,
  says: string,
): {
  readonly socket: Socket;
  readonly received: () => string;
  readonly ended: Promise<void>;
} {
  let received = '';
  const socket = connect({ port: portOf(host), host: '127.0.0.1' }, () => socket.write(says));
  socket.setEncoding('latin1').on('data', (text) => (received += String(text)));
  // How it ends is not the matter here.
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return { socket, received: () => received, ended };
}

function ok(body: string): HttpResponse {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}

function portOf(host: string): number {
  return Number(host.split(':')[1]);
}
