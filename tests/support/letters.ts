import { startInbox, type RunningInbox } from '../../src/adapters/smtp/inbox.ts';
import type { ReceivedLetter } from '../../src/roles/ports/mail.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import { eventsStream } from '../../src/wire/subject.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';
import { identify } from './owner.ts';
import { readStream } from './stream.ts';
import { eventually } from './world.ts';

/** A cluster whose letters come into an inbox, and what the log tells of them. */
export class LetterHouse {
  readonly cluster: Cluster;
  readonly inbox: RunningInbox;

  /** Starts it and waits until its definitions are in force. */
  static async start(options: Omit<ClusterOptions, 'partitions'>): Promise<LetterHouse> {
    const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 1_000 });
    const settings = [...(options.settings ?? []), `smtp.port=${inbox.port}`];
    const cluster = await Cluster.start({ ...options, partitions: 2, settings });
    const house = new LetterHouse(cluster, inbox);
    await cluster.up();
    const segments = Object.keys(options.segments).length;
    await eventually('the definitions are in force', async () => {
      const statuses = await cluster.statuses();
      return statuses.every(({ counts }) => Object.keys(counts).length === segments);
    });
    return house;
  }

  private constructor(cluster: Cluster, inbox: RunningInbox) {
    this.cluster = cluster;
    this.inbox = inbox;
  }

  async end(): Promise<void> {
    await this.cluster.end();
    await this.inbox.close();
  }

  /** Makes customers known, each with an address of their own. */
  async introduce(...customers: readonly string[]): Promise<void> {
    await this.send(...customers.map((name) => identify(name, traitsOf(name))));
  }

  /** Publishes events, and waits until the engine has applied them. */
  async send(...events: readonly CustomerEvent[]): Promise<void> {
    const before = await this.#applied();
    await this.cluster.publish(events);
    await eventually(
      `${events.length} events are applied`,
      async () => (await this.#applied()) >= before + events.length,
    );
  }

  /** To whom letters came, sorted: once for each. */
  recipients(): string[] {
    return this.inbox
      .letters()
      .map(({ to }) => to)
      .toSorted();
  }

  letterTo(customer: string): ReceivedLetter {
    const letter = this.inbox.letters().find(({ to }) => to.includes(addressOf(customer)));
    if (letter === undefined) throw new Error(`no letter has come to ${customer}`);
    return letter;
  }

  /** What was decided, as `customer campaign decision reason`, sorted. */
  async decisions(): Promise<string[]> {
    const events = await Promise.all(
      Array.from({ length: this.cluster.partitions }, (_, p) => this.#eventsOf(p)),
    );
    return events
      .flat()
      .filter(({ event }) => event === 'Campaign Decided')
      .map(({ customer, properties }) => {
        const { campaign_id: campaign, decision, reason } = properties;
        return [customer, campaign, decision, reason].map(String).join(' ');
      })
      .toSorted();
  }

  async #eventsOf(partition: number): Promise<CustomerEvent[]> {
    const messages = await readStream(this.cluster.link.log, eventsStream(partition));
    return messages.flatMap(({ headers, body }) => {
      const message = decodeLogMessage(headers, body);
      return message.kind === 'events' ? message.events : [];
    });
  }

  async #applied(): Promise<number> {
    const statuses = await this.cluster.statuses();
    return statuses.reduce((sum, { events }) => sum + events, 0);
  }
}

export function addressOf(customer: string): string {
  return `${customer}@example.com`;
}

export function traitsOf(customer: string): { name: string; email: string } {
  const name = `${customer.charAt(0).toUpperCase()}${customer.slice(1)}`;
  return { name, email: addressOf(customer) };
}
