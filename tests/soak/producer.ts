import { randomUUID } from 'node:crypto';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { Publisher } from '../../src/app/send/publisher.ts';
import { RecordingLogger, systemClock } from '../support/world.ts';
import { Detour } from './detour.ts';
import type { Load } from './load.ts';

/** NATS is never away for so long: who gives up has found a fault. */
const PATIENCE_MS = 120_000;
const BREATH_MS = 50;

export interface ProducerOptions {
  readonly natsPort: number;
  readonly partitions: number;
  readonly load: Load;
  /** Events a second; what an outage held up is sent behind it. */
  readonly rate: number;
}

/** Sends the events of a load, by a connection that can be cut. */
export class Producer {
  readonly #options: ProducerOptions;
  readonly #detour: Detour;
  readonly #link: Nats;
  readonly #publisher: Publisher;

  static async start(options: ProducerOptions): Promise<Producer> {
    const detour = await Detour.to(options.natsPort);
    const servers = [`nats://127.0.0.1:${detour.port}`];
    const world = { clock: systemClock, logger: new RecordingLogger() };
    return new Producer(options, detour, await connectNats({ servers, name: 'soak' }, world));
  }

  private constructor(options: ProducerOptions, detour: Detour, link: Nats) {
    this.#options = options;
    this.#detour = detour;
    this.#link = link;
    this.#publisher = new Publisher({
      log: link.log,
      clock: systemClock,
      partitions: options.partitions,
      producer: `soak-${randomUUID()}`,
      sentAt: () => systemClock.now(),
      patienceMs: PATIENCE_MS,
    });
  }

  /** Cuts the connection with a batch in doubt. @returns false when there was none */
  cut(): boolean {
    return this.#detour.cutBehindNext() > 0;
  }

  /** Identifies every customer, as fast as it goes; resolves when all is acknowledged. */
  async introduce(): Promise<void> {
    const { load } = this.#options;
    while (load.count < load.customers) await this.#send();
    await this.#publisher.flush();
  }

  /** Sends at the rate for so long; resolves when all that was sent is acknowledged. */
  async live(lengthMs: number): Promise<void> {
    const { load, rate } = this.#options;
    const [startedAt, before] = [systemClock.now(), load.count];
    for (let passed = 0; passed < lengthMs; passed = systemClock.now() - startedAt) {
      const due = before + (passed * rate) / 1_000;
      while (load.count < due) await this.#send();
      await this.#publisher.flush();
      await systemClock.sleep(BREATH_MS);
    }
    const all = before + (lengthMs * rate) / 1_000;
    while (load.count < all) await this.#send();
    await this.#publisher.flush();
  }

  async stop(): Promise<void> {
    await this.#link.close();
    await this.#detour.close();
  }

  async #send(): Promise<void> {
    const room = this.#publisher.add(this.#options.load.next(systemClock.now()));
    if (room !== undefined) await room;
  }
}
