import { nodeServer } from '../adapters/node-http/http-server.ts';
import type { HttpServer } from '../roles/ports/http.ts';
import type { Logger } from '../roles/ports/logger.ts';

/**
 * The server that runs here: uWebSockets.js where its binary loads, else `node:http`. Only the main
 * thread may call this.
 *
 * @param wanted `auto`, or one of the two by name, which then must load
 */
export async function chooseHttpServer(
  wanted: 'auto' | 'uws' | 'node-http',
  logger: Logger,
): Promise<HttpServer> {
  if (wanted === 'node-http') return nodeServer;
  try {
    const { uwsServer } = await import('../adapters/uws/http-server.ts');
    return uwsServer;
  } catch (error) {
    if (wanted === 'uws') throw error;
    logger.warn('uWebSockets.js does not load here, node:http serves instead', { error });
    return nodeServer;
  }
}
