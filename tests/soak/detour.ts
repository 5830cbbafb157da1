import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a port of this machine on which connections can be cut, whatever is under way. */
export class Detour {
  readonly port: number;
  readonly #server: Server;
  /** The ends of those who came to us. */
  readonly #near = new Set<Socket>();

  static async to(target: number): Promise<Detour> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it has a port');
    return new Detour(server, address.port, target);
  }

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (near) => {
      const far = connect(target, '127.0.0.1');
      this.#near.add(near);
      near.on('close', () => this.#near.delete(near));
      join(near, far);
      join(far, near);
    });
  }

  /**
   * Cuts the connections as soon as something has been sent on them: it arrives, and the answer to
   * it does not.
   *
   * @returns how many connections there are
   */
  cutBehindNext(): number {
    for (const near of this.#near) near.once('data', () => near.resetAndDestroy());
    return this.#near.size;
  }

  async close(): Promise<void> {
    for (const near of this.#near) near.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** What came before the end of one side still reaches the other. */
function join(from: Socket, to: Socket): void {
  from.pipe(to, { end: false });
  from.on('error', () => from.destroy());
  from.on('close', () => to.end());
  from.on('end', () => to.end());
}
