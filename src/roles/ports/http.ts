/*
 * HTTP and WebSockets as the gateway needs them.
 *
 * Not promised: that a socket that was sent to has received; that `close` of a socket comes at once
 * when its peer is gone; that a request whose peer has gone ever learns of it; that a body is
 * waited for as long as the options allow; that what is no request is answered before it is closed.
 * Connections on which nothing moves for some seconds are closed, whatever they wait for.
 */

export interface HttpRequest {
  /** In upper case. The answer to a HEAD is sent without its body. */
  readonly method: string;
  /** Without the query, decoded; as it came when it cannot be decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The peer's address as text, `127.0.0.1`; what proxies say of it stands in the headers. */
  readonly address: string;
  /**
   * Reads the whole body. It is not kept: it may be asked for once.
   *
   * @param read is given the bytes, whose memory is taken back when it returns; what it throws, too
   * @throws ShoalError `body-too-large` (refuse-input) beyond the server's limit
   * @throws ShoalError `body-too-slow` (retry) when it does not come in time
   * @throws ShoalError `too-much-held` (retry) when all bodies together are too much
   * @throws ShoalError `request-aborted` (refuse-input) when the peer goes before its end
   */
  body<Read>(read: (bytes: Uint8Array) => Read): Promise<Read>;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Of a refusal, for who counts them; it is not sent. */
  readonly code?: string | undefined;
}

export interface Socket {
  /** @returns false when the message was dropped: too much waits for a slow peer, or it is gone */
  send(text: string): boolean;
  /** Bytes that wait for the peer. */
  waitingBytes(): number;
  close(code: number, reason: string): void;
}

export interface SocketHandler {
  /** The path at which sockets are accepted. */
  readonly path: string;
  open(socket: Socket): void;
  /** A message longer than `bodyBytesMax` or a binary one ends the socket instead. */
  message(socket: Socket, text: string): void;
  /** Comes once for each that was opened, also when the server closes. */
  close(socket: Socket): void;
}

export interface HttpHandlers {
  /** Must not reject: what goes wrong is an answer too. */
  request(request: HttpRequest): Promise<HttpResponse>;
  readonly sockets: SocketHandler;
  /** Called for each connection that is closed at once, since there are too many. */
  readonly refused?: (() => void) | undefined;
}

export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly bodyBytesMax: number;
  /** A socket's waiting bytes beyond which messages are dropped. */
  readonly waitingBytesMax: number;
  /** How long a body may take to come, ms. */
  readonly bodyWithinMs?: number | undefined;
  /** Of all bodies that are held at a time. */
  readonly heldBytesMax?: number | undefined;
  /** Connections and sockets beyond so many are closed. */
  readonly connectionsMax?: number | undefined;
}

/** What holds where the options say nothing. */
export const HTTP_DEFAULTS = {
  bodyWithinMs: 30_000,
  heldBytesMax: 64_000_000,
  connectionsMax: 10_000,
} as const;

export interface RunningServer {
  readonly port: number;
  /** Which adapter serves, for the log and the metrics. */
  readonly engine: string;
  /** Ends every socket (code 1001) and connection, and stops listening. */
  close(): Promise<void>;
}

/** @throws ShoalError `cannot-listen` (stop) when the port is taken or not allowed */
export type HttpServer = (options: HttpOptions, handlers: HttpHandlers) => Promise<RunningServer>;
