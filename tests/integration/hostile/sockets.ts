import { connect, type Socket } from 'node:net';

/* What can be wrong with a request before its body is looked at, as bytes on a socket. */

const POST = 'POST /v1/track HTTP/1.1\r\nhost: x\r\n';
const NEXT = 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n';
const manyHeaders = (count: number): string =>
  Array.from({ length: count }, (_, i) => `x-${i}: y\r\n`).join('');

/**
 * What is said, and what the first answer's status may be; 0: none, the connection ends. An answer
 * from the parser may be another one in each server of HTTP.
 */
export const SAYINGS: readonly (readonly [
  name: string,
  says: string,
  statuses: readonly number[],
])[] = [
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [0, 400, 505]],
  ['noise', '\x00\xff\xfe\x01\r\n\r\n', [0, 400, 505]],
  ['another protocol', 'SSH-2.0-x\r\n\r\n', [0, 400, 505]],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [0, 400, 505]],
  ['HTTP/9', 'GET /livez HTTP/9.9\r\nhost: x\r\n\r\n', [0, 400, 505]],
  ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n', [0, 400, 404, 405, 505]],
  ['an address of elsewhere', 'GET http://a/livez HTTP/1.1\r\nhost: a\r\n\r\n', [400, 404, 505]],
  ['a request for all', 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n', [400, 404, 405, 505]],
  ['an unknown method', 'FOO /livez HTTP/1.1\r\nhost: x\r\n\r\n', [400, 405]],
  ['a trace', 'TRACE /livez HTTP/1.1\r\nhost: x\r\n\r\n', [400, 405]],
  ['bare line feeds', 'GET /livez HTTP/1.1\nhost: x\n\n', [0, 400, 505]],
  ['NUL in a path', 'GET /v1/%00 HTTP/1.1\r\nhost: x\r\n\r\n', [400, 404]],
  ['a path that climbs', 'GET /../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n', [400, 404]],
  [
    'a long path',
    `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    [0, 400, 404, 414, 431],
  ],
  [
    'a long header',
    `GET /livez HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(500_000)}\r\n\r\n`,
    [0, 400, 431],
  ],
  ['5,000 headers', `GET /livez HTTP/1.1\r\nhost: x\r\n${manyHeaders(5_000)}\r\n`, [0, 400, 431]],
  [
    'a long key',
    `${POST}x-write-key: ${'a'.repeat(8_000)}\r\ncontent-length: 2\r\n\r\n{}`,
    [401, 429],
  ],
  [
    'no Base64',
    `${POST}authorization: Basic \xff\xfe===\r\ncontent-length: 2\r\n\r\n{}`,
    [400, 401, 429],
  ],
  ['two lengths', `${POST}content-length: 2\r\ncontent-length: 40\r\n\r\n{}${NEXT}`, [0, 400]],
  [
    'a length and chunks',
    `${POST}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
    [0, 400],
  ],
  ['an unknown encoding', `${POST}transfer-encoding: x\r\n\r\n0\r\n\r\n${NEXT}`, [0, 400]],
  ['a length below zero', `${POST}content-length: -1\r\n\r\n${NEXT}`, [0, 400]],
  ['a length beyond all', `${POST}content-length: ${'9'.repeat(40)}\r\n\r\n${NEXT}`, [0, 400]],
  [
    'a chunk of no number',
    `${POST}transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n`,
    [0, 400],
  ],
  [
    'a chunk below zero',
    `${POST}transfer-encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n`,
    [0, 400],
  ],
  [
    'a chunk beyond all',
    `${POST}transfer-encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n{}\r\n`,
    [0, 400],
  ],
];

/** What never ends, and waits: each must be ended by the server. */
export const DRIPS: readonly (readonly [name: string, begins: string, goesOn: string])[] = [
  ['says nothing', '', ''],
  ['drips a header', 'GET /livez HTTP/1.1\r\nhost: x\r\nx: ', 'y'],
  ['stops in its headers', 'GET /livez HTTP/1.1\r\nhost', ''],
];

/** What drips longer than the others may. */
export const SLOW_BODIES: readonly (readonly [name: string, begins: string, goesOn: string])[] = [
  ['drips a body', `${POST}content-length: 1000\r\n\r\n{`, ' '],
  ['drips chunks', `${POST}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  ['lies about a chunk', `${POST}transfer-encoding: chunked\r\n\r\nfffff\r\n{`, ' '],
  ['lies about its length', `${POST}content-length: 500000\r\n\r\n{}`, ''],
];

/** One end of a connection, with what the other has said. */
export class Peer {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  /** Resolves when something is received, or the connection has ended without. */
  readonly answered: Promise<void>;
  hasEnded = false;
  received = '';
  #drip: NodeJS.Timeout | undefined;

  constructor(port: number, says: string, options: { readonly halfCloses?: boolean } = {}) {
    this.socket = connect({ port, host: '127.0.0.1' }, () => {
      this.socket.write(says, 'latin1');
      if (options.halfCloses === true) this.socket.end();
    });
    this.socket.setEncoding('latin1').on('data', (text) => (this.received += String(text)));
    const first = new Promise<void>((resolve) => this.socket.once('data', () => resolve()));
    // How it ends is not the matter here.
    this.socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.hasEnded = true;
        clearInterval(this.#drip);
        resolve();
      });
    });
    this.answered = Promise.race([first, this.ended]);
  }

  drip(text: string, everyMs: number): this {
    if (text !== '') this.#drip = setInterval(() => this.socket.write(text), everyMs);
    return this;
  }

  /** Of the first answer; 0 before there is one. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.received)?.[1] ?? 0);
  }
}
