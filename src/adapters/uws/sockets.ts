import uws, { type TemplatedApp, type WebSocket } from 'uWebSockets.js';
import type { HttpOptions, Socket, SocketHandler } from '../../roles/ports/http.ts';

interface UserData {
  /** Ours, once it is open. */
  socket: UwsSocket | undefined;
}

/** What uWebSockets.js answers to a `send` that it did not take. */
const DROPPED = 2;

/**
 * @param onClosed called for each that has closed
 * @returns the sockets that are open, kept up to date
 */
export function acceptSockets(
  app: TemplatedApp,
  options: HttpOptions,
  handler: SocketHandler,
  onClosed: () => void,
): ReadonlySet<WebSocket<UserData>> {
  const opened = new Set<WebSocket<UserData>>();
  const decoder = new TextDecoder();
  app.ws<UserData>(handler.path, {
    maxPayloadLength: options.bodyBytesMax,
    maxBackpressure: options.waitingBytesMax,
    compression: uws.DISABLED,
    upgrade: (response, request, context) => {
      response.upgrade<UserData>(
        { socket: undefined },
        request.getHeader('sec-websocket-key'),
        request.getHeader('sec-websocket-protocol'),
        request.getHeader('sec-websocket-extensions'),
        context,
      );
    },
    open: (peer) => {
      const socket = new UwsSocket(peer);
      peer.getUserData().socket = socket;
      opened.add(peer);
      handler.open(socket);
    },
    message: (peer, bytes, isBinary) => {
      const { socket } = peer.getUserData();
      if (isBinary) peer.end(1003, 'only text is understood');
      else if (socket !== undefined) handler.message(socket, decoder.decode(bytes));
    },
    close: (peer) => {
      opened.delete(peer);
      onClosed();
      const { socket } = peer.getUserData();
      if (socket === undefined) return;
      socket.gone = true;
      handler.close(socket);
    },
  });
  return opened;
}

class UwsSocket implements Socket {
  /** Touching the peer after its end throws. */
  gone = false;
  readonly #peer: WebSocket<UserData>;

  constructor(peer: WebSocket<UserData>) {
    this.#peer = peer;
  }

  send(text: string): boolean {
    return !this.gone && this.#peer.send(text) !== DROPPED;
  }

  waitingBytes(): number {
    return this.gone ? 0 : this.#peer.getBufferedAmount();
  }

  close(code: number, reason: string): void {
    if (!this.gone) this.#peer.end(code, reason);
  }
}
