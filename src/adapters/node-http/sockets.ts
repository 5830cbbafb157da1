import type { Server } from 'node:http';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { HttpOptions, Socket, SocketHandler } from '../../roles/ports/http.ts';

/** How long a peer may take to answer the server's farewell, ms. */
const FAREWELL_MS = 500;

/** @returns ends all sockets; resolves when none is left */
export function acceptSockets(
  server: Server,
  options: HttpOptions,
  handler: SocketHandler,
): () => Promise<void> {
  const sockets = new WebSocketServer({
    server,
    path: handler.path,
    maxPayload: options.bodyBytesMax,
    perMessageDeflate: false,
  });
  // A failure to listen is the HTTP server's to tell; `ws` hands it on to this one as well.
  sockets.on('error', () => undefined);
  sockets.on('connection', (peer) => accept(peer, options, handler));
  return () => closeAll(sockets);
}

function accept(peer: WebSocket, options: HttpOptions, handler: SocketHandler): void {
  const socket = new NodeSocket(peer, options.waitingBytesMax);
  // A broken frame ends the socket; its `close` follows.
  peer.on('error', () => undefined);
  peer.on('message', (data: RawData, isBinary: boolean) => {
    // A text comes as one Buffer, since `binaryType` is its default.
    if (!isBinary && Buffer.isBuffer(data)) handler.message(socket, data.toString());
    else peer.close(1003, 'only text is understood');
  });
  peer.on('close', () => handler.close(socket));
  handler.open(socket);
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  const peers = [...sockets.clients];
  const ended = peers.map((peer) => new Promise<void>((resolve) => peer.once('close', resolve)));
  for (const peer of peers) peer.close(1001, 'the server is closing');
  const timer = setTimeout(() => {
    for (const peer of peers) peer.terminate();
  }, FAREWELL_MS);
  await Promise.all(ended);
  clearTimeout(timer);
  sockets.close();
}

class NodeSocket implements Socket {
  readonly #peer: WebSocket;
  readonly #waitingBytesMax: number;

  constructor(peer: WebSocket, waitingBytesMax: number) {
    this.#peer = peer;
    this.#waitingBytesMax = waitingBytesMax;
  }

  send(text: string): boolean {
    if (this.#peer.readyState !== this.#peer.OPEN) return false;
    if (this.#peer.bufferedAmount > this.#waitingBytesMax) return false;
    this.#peer.send(text);
    return true;
  }

  waitingBytes(): number {
    return this.#peer.bufferedAmount;
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason);
  }
}
