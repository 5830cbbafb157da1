import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';

const countSchema = z.object({ members: z.number(), entered: z.number(), exited: z.number() });
const frameSchema = z.object({
  type: z.literal('counts'),
  at: z.iso.datetime(),
  lagMs: z.number(),
  counts: z.record(z.string(), countSchema),
  totals: z.object({ events: z.number(), customers: z.number() }),
});

export type LiveCount = z.infer<typeof countSchema>;

/** Follows the live feed as a browser does: a full frame, then what has changed. */
export class LiveCounts {
  readonly #socket: WebSocket;
  #counts: Record<string, LiveCount> = {};
  #totals = { events: 0, customers: 0 };
  #fault: Error | undefined;

  /** @param url of the page */
  static async open(url: string): Promise<LiveCounts> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live`);
    await once(socket, 'open');
    const live = new LiveCounts(socket);
    const first = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'subscribe', segments: ['*'], totals: true }));
    await first;
    return live;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', (error) => (this.#fault ??= error));
    socket.on('message', (data) => this.#take(Buffer.isBuffer(data) ? data.toString() : ''));
  }

  /** All segments, by id, as the frames up to now tell. */
  get counts(): Readonly<Record<string, LiveCount>> {
    if (this.#fault !== undefined) throw this.#fault;
    return this.#counts;
  }

  get members(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.counts).map(([id, { members }]) => [id, members]),
    );
  }

  get totals(): { readonly events: number; readonly customers: number } {
    if (this.#fault !== undefined) throw this.#fault;
    return this.#totals;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    const frame = frameSchema.safeParse(JSON.parse(text));
    if (!frame.success) return void (this.#fault ??= frame.error);
    this.#counts = { ...this.#counts, ...frame.data.counts };
    this.#totals = frame.data.totals;
  }
}
