import { Cluster } from '../../support/cluster.ts';
import type { Fate, HostileBody } from './fate.ts';
import { DRIPS, Peer, SLOW_BODIES } from './sockets.ts';

const DRIPPING_OF_A_KIND = 60;
/** Requests that are under way together. */
const AT_A_TIME = 8;
/** Of no limit that slows senders down, since that is not the matter here. */
const PLENTY = 1_000_000_000;

/** A Shoal that is beset, and what has been sent to it. */
export class Siege {
  readonly cluster: Cluster;
  readonly port: number;
  /** What has to be found again. */
  readonly byCode = new Map<string, number>();
  readonly byReason = new Map<string, number>();
  stored = 0;
  bytesAtFirst = 0;
  /** Peers that drip: those of the first kind are ended soon. */
  readonly drips: Peer[] = [];
  readonly #slow: Peer[] = [];

  /** Starts it, and lets peers drip on it. */
  static async begin(engine: string): Promise<Siege> {
    const limits = ['key', 'address', 'customer'].map(
      (of) => `ingest.eventsPerSecond.${of}=${PLENTY}`,
    );
    const cluster = await Cluster.start({
      partitions: 2,
      segments: { all: 'rule: { event: Odd }\n' },
      settings: [`http.engine=${engine}`, ...limits],
    });
    await cluster.up();
    const siege = new Siege(cluster);
    for (let i = 0; i < 50; i++) await siege.serve();
    siege.bytesAtFirst = await cluster.figure('process_resident_memory_bytes');
    siege.#drip();
    return siege;
  }

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.port = Number(new URL(cluster.url).port);
  }

  async end(): Promise<void> {
    for (const peer of [...this.drips, ...this.#slow]) peer.socket.destroy();
    await this.cluster.end();
  }

  post(path: string, body: string | Uint8Array, headers = {}): Promise<Response> {
    const all = { 'x-write-key': this.cluster.keys.server, ...headers };
    return fetch(`${this.cluster.url}${path}`, { method: 'POST', headers: all, body });
  }

  /** Sends a good event, which has to be stored. @returns what was answered */
  serve(): Promise<string> {
    this.stored += 1;
    return this.#answerTo('{"userId":"good","event":"Good"}');
  }

  /** Sends single events, some at a time. @returns what was answered to each, by name */
  async answersTo(bodies: readonly HostileBody[]): Promise<[name: string, answer: string][]> {
    const answers: [string, string][] = [];
    for (let i = 0; i < bodies.length; i += AT_A_TIME) {
      const some = bodies
        .slice(i, i + AT_A_TIME)
        .map(async ([name, body]): Promise<[string, string]> => [name, await this.#answerTo(body)]);
      answers.push(...(await Promise.all(some)));
    }
    for (const [, , fate] of bodies) this.#expectCount(fate);
    return answers;
  }

  expectCode(code: string): void {
    add(this.byCode, code, 1);
  }

  expectRejected(reasons: Readonly<Record<string, number>>): void {
    for (const [reason, count] of Object.entries(reasons)) add(this.byReason, reason, count);
  }

  #expectCount(fate: Fate): void {
    const [first = '', second = ''] = fate.split(' ');
    if (fate === 'stored') this.stored += 1;
    else if (first === 'rejected') this.expectRejected({ [second]: 1 });
    else this.expectCode(second);
  }

  /** @returns what was answered: `200`, or a status and a code */
  async #answerTo(body: string | Uint8Array): Promise<string> {
    const response = await this.post('/v1/track', body);
    const { code = '' } = (await response.json()) as { code?: string }; // as all answers are
    return `${response.status} ${code}`.trim();
  }

  #drip(): void {
    for (let i = 0; i < DRIPPING_OF_A_KIND; i++) {
      const dripping = (begins: string, goesOn: string): Peer =>
        new Peer(this.port, begins).drip(goesOn, 500);
      this.drips.push(...DRIPS.map(([, begins, goesOn]) => dripping(begins, goesOn)));
      this.#slow.push(...SLOW_BODIES.map(([, begins, goesOn]) => dripping(begins, goesOn)));
    }
  }
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
