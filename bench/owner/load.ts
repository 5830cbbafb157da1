import { setTimeout as sleep } from 'node:timers/promises';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { createLogger } from '../../src/adapters/pino/logger.ts';
import { Publisher } from '../../src/app/send/publisher.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import type { Json } from '../../src/base/json.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { Stream, type Load } from '../engine/world.ts';

/** Twenty rules of five kinds, of which an event matches five. */
export function loadOf(customers: number): Load {
  return { match: 'five', kinds: 'mixed', rules: 20, customers, hasMessageIds: true };
}

/** So much is in the log and not applied: the owner never waits for events. */
const AHEAD_EVENTS = 200_000;
const LOOK_EVERY_MS = 20;

/** Sends the made-up events of a load, as they would come live. */
export class Feeder {
  readonly #nats: Nats;
  readonly #publisher: Publisher;
  readonly #load: Load;
  readonly #stream: Stream;
  #sent = 0;
  #isFeeding = false;
  #feeding: Promise<void> = Promise.resolve();

  static async connect(natsUrl: string, partitions: number, load: Load): Promise<Feeder> {
    const world = { clock: systemClock, logger: createLogger('warn', { role: 'feeder' }) };
    const nats = await connectNats({ servers: [natsUrl], name: 'feeder' }, world);
    return new Feeder(nats, partitions, load);
  }

  private constructor(nats: Nats, partitions: number, load: Load) {
    this.#nats = nats;
    this.#load = load;
    this.#stream = new Stream(load);
    this.#publisher = new Publisher({
      log: nats.log,
      clock: systemClock,
      partitions,
      producer: `feeder-${process.pid}`,
      sentAt: () => systemClock.now(),
      patienceMs: 600_000,
    });
  }

  /** Events that were handed to the publisher. */
  get sent(): number {
    return this.#sent;
  }

  /** Makes every customer known, with attributes, and gives each one event that rules ask about. */
  async introduce(): Promise<void> {
    const { customers } = this.#load;
    for (let i = 0; i < customers; i++) await this.#send(identify(i));
    for (let i = 0; i < customers; i++) await this.#send(this.#stream.takeOf(i));
    await this.flush();
  }

  /** Sends so many events, as fast as they are stored. */
  async send(count: number): Promise<void> {
    for (const event of this.#stream.take(count)) await this.#send(event);
  }

  async flush(): Promise<void> {
    await this.#publisher.flush();
  }

  /** Keeps ahead of an owner until `rest` is called. @param applied how many it has applied */
  feed(applied: () => Promise<number>): void {
    this.#feedBy(async () => (await applied()) + AHEAD_EVENTS);
  }

  /** Sends so many a second until `rest` is called. */
  feedAt(rate: number): void {
    const [startedAt, before] = [systemClock.now(), this.#sent];
    this.#feedBy(() => before + ((systemClock.now() - startedAt) * rate) / 1_000);
  }

  async rest(): Promise<void> {
    this.#isFeeding = false;
    await this.#feeding;
    await this.flush();
  }

  async close(): Promise<void> {
    await this.#nats.close();
  }

  /** @param due how many are to have been sent by now */
  #feedBy(due: () => number | Promise<number>): void {
    this.#isFeeding = true;
    this.#feeding = this.#feed(due);
  }

  async #feed(due: () => number | Promise<number>): Promise<void> {
    while (this.#isFeeding) {
      const missing = Math.floor((await due()) - this.#sent);
      if (missing > 0) await this.send(missing);
      // What fills no batch is sent all the same.
      await this.flush();
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #send(event: CustomerEvent): Promise<void> {
    this.#sent++;
    const room = this.#publisher.add({ ...event, at: systemClock.now() });
    if (room !== undefined) await room;
  }
}

const CITIES = ['Kazan', 'Omsk', 'Perm', 'Tver'];

function identify(customer: number): CustomerEvent {
  const traits: Record<string, Json> = {
    email: `c${customer}@example.com`,
    city: CITIES[customer % CITIES.length] ?? '',
    birthday: `19${60 + (customer % 40)}-0${1 + (customer % 9)}-1${customer % 10}`,
  };
  const id = `customer-${String(customer).padStart(8, '0')}`;
  return {
    type: 'identify',
    customer: id,
    messageId: `identify-${customer}`,
    at: 0,
    event: '$identify',
    properties: traits,
    context: {},
  };
}
