import type { HttpRequest } from '../http.ts';

/** What an adapter has of a request when its head has come. */
export interface RequestHead extends Pick<HttpRequest, 'method' | 'headers' | 'address'> {
  /** As it came, without the query. */
  readonly path: string;
  /** What stands behind the `?`. */
  readonly query: string;
}

/**
 * A request as adapters hand it on.
 *
 * 1. It is a class since V8 keeps a layout for each object that is written with a getter, until it
 *    clears its old space: thousands a second, and none of them is met twice.
 */
export class ReceivedRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly address: string;
  readonly #query: string;
  readonly #reader: Pick<HttpRequest, 'body'>;

  constructor(head: RequestHead, reader: Pick<HttpRequest, 'body'>) {
    this.method = head.method;
    this.path = decoded(head.path);
    this.headers = head.headers;
    this.address = head.address;
    this.#query = head.query;
    this.#reader = reader;
  }

  /** Few ask for it. */
  get query(): URLSearchParams {
    return new URLSearchParams(this.#query);
  }

  body<Read>(read: (bytes: Uint8Array) => Read): Promise<Read> {
    return this.#reader.body(read);
  }
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
