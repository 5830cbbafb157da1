import {
  connect,
  DebugEvents,
  ErrorCode,
  Events,
  NatsError,
  type ConnectionOptions,
  type NatsConnection,
} from 'nats';
import { ShoalError } from '../../base/error.ts';
import type { Clock } from '../../roles/ports/clock.ts';
import type { Logger } from '../../roles/ports/logger.ts';

export interface NatsOptions {
  /** `nats://[user:password@]host:port` or with a token, one or several of a cluster. */
  readonly servers: readonly string[];
  /** How the connection is called in the server's own lists. */
  readonly name: string;
}

/** Told when the connection is lost and when it is there again. */
export interface LinkListener {
  onDown?(): void;
  onUp?(): void;
}

/** One connection that comes back by itself, and whether it is there. */
export class Link {
  readonly connection: NatsConnection;
  readonly #logger: Logger;
  readonly #listeners = new Set<LinkListener>();
  #isUp = true;

  constructor(connection: NatsConnection, logger: Logger) {
    this.connection = connection;
    this.#logger = logger;
    void this.#follow();
  }

  get isUp(): boolean {
    return this.#isUp && !this.connection.isClosed();
  }

  /** Closed for good, by us. */
  get isClosed(): boolean {
    return this.connection.isClosed();
  }

  /** @returns how to end the listening */
  listen(listener: LinkListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves as soon as the connection is there, or with false when it is not in time. */
  whenUp(timeoutMs: number): Promise<boolean> {
    if (this.isUp) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isUp: boolean): void => {
        clearTimeout(timer);
        stopListening();
        resolve(isUp);
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      const stopListening = this.listen({ onUp: () => end(true) });
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === Events.Disconnect) this.#down();
      if (status.type === DebugEvents.StaleConnection)
        this.#logger.warn('nats does not answer pings');
      if (status.type === Events.Reconnect) this.#up();
      if (status.type === Events.Error)
        this.#logger.warn('nats reports an error', { code: status.data });
    }
    this.#down();
  }

  #down(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    if (!this.connection.isClosed()) this.#logger.warn('nats is away, reconnecting');
    for (const listener of [...this.#listeners]) listener.onDown?.();
  }

  #up(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#logger.info('nats is back', { server: this.connection.getServer() });
    for (const listener of [...this.#listeners]) listener.onUp?.();
  }
}

/** A broker that is lost is noticed within six seconds, and looked for ten times a second. */
const CONNECTION = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 100,
  pingInterval: 2_000,
  maxPingOut: 2,
  timeout: 2_000,
  ignoreAuthErrorAbort: true,
  noAsyncTraces: true,
  // Not in the client's types. What is published in one go leaves with one call of the system: at
  // its default of 32 KiB the calls cost a gateway more than all else that it does with NATS.
  pendingLimit: 1_048_576,
} as const;

const RETRY_MS = 1_000;

/** These do not pass by waiting. */
const REFUSALS: ReadonlySet<string> = new Set([
  ErrorCode.AuthorizationViolation,
  ErrorCode.BadAuthentication,
  ErrorCode.BadCreds,
  ErrorCode.InvalidOption,
  ErrorCode.Tls,
]);

/**
 * Connects, and says once a second what it waits for as long as there is no server.
 *
 * @throws ShoalError `log-refused` (stop) when the server is there and does not let us in
 * @throws the signal's reason when it is aborted
 */
export async function openLink(
  options: NatsOptions,
  world: { readonly clock: Clock; readonly logger: Logger },
  signal?: AbortSignal,
): Promise<Link> {
  const { name } = options;
  const login = loginOf(options.servers);
  const servers = options.servers.map(withoutLogin);
  for (;;) {
    signal?.throwIfAborted();
    try {
      return new Link(await connect({ ...CONNECTION, ...login, servers, name }), world.logger);
    } catch (error) {
      if (error instanceof NatsError && REFUSALS.has(error.code)) throw refused(error, servers);
      const code = error instanceof NatsError ? error.code : String(error);
      world.logger.info('waiting for nats', { servers, code });
    }
    await world.clock.sleep(RETRY_MS, signal);
  }
}

/** The first login in the addresses: the client itself overlooks it there. */
function loginOf(servers: readonly string[]): Pick<ConnectionOptions, 'user' | 'pass' | 'token'> {
  const urls = servers.filter((server) => URL.canParse(server)).map((server) => new URL(server));
  const url = urls.find(({ username }) => username !== '');
  if (url === undefined) return {};
  const user = decodeURIComponent(url.username);
  if (url.password === '') return { token: user };
  return { user, pass: decodeURIComponent(url.password) };
}

function withoutLogin(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}

function refused(error: NatsError, servers: readonly string[]): ShoalError {
  return new ShoalError({
    code: 'log-refused',
    remedy: 'stop',
    message: `NATS refuses the connection: ${error.code}`,
    where: servers.join(', '),
    hint: 'check the user, the password and the TLS settings',
    cause: error,
  });
}
