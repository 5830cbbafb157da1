import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from './servers.ts';

/** The place of a stream's files below the data of a nats-server. */
export function streamFolder(stream: string): string {
  return join('jetstream', '$G', 'streams', stream);
}

/**
 * A copy of what a server holds now, to be put back later: a server that lost what came since.
 *
 * @param part below the server's data; without it all of them
 */
export class OldCopy {
  readonly #server: RunningServer;
  readonly #part: string;
  readonly #folder: string;

  static async take(server: RunningServer, part = '.'): Promise<OldCopy> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-old-copy-'));
    const copy = new OldCopy(server, part, folder);
    await server.restart();
    await server.kill();
    await cp(join(server.dataFolder, part), copy.#copy, { recursive: true });
    await server.restart();
    return copy;
  }

  private constructor(server: RunningServer, part: string, folder: string) {
    this.#server = server;
    this.#part = part;
    this.#folder = folder;
  }

  get #copy(): string {
    return join(this.#folder, 'copy');
  }

  /** Ends the server and puts the copy in place of what it holds; it is to be restarted then. */
  async putBack(): Promise<void> {
    await this.#server.kill();
    const place = join(this.#server.dataFolder, this.#part);
    await rm(place, { recursive: true, force: true });
    await cp(this.#copy, place, { recursive: true });
    await rm(this.#folder, { recursive: true });
  }
}
