import type { Appended } from '../../src/roles/ports/log.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { encodeEvents, type Encoded } from '../../src/wire/log-codec.ts';
import { eventsSubject } from '../../src/wire/subject.ts';
import type { Broker } from './broker.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { EventMaker } from './shop.ts';
import type { Reached } from './sometimes.ts';

const AGAIN_MS = 1_000;
const SILENT_MS = 1_500;

export interface GatewayPlace {
  readonly scheduler: Scheduler;
  readonly broker: Broker;
  readonly reached: Reached;
  readonly partition: number;
  readonly event: EventMaker;
  /** Whether an id of a message is now and then used again. */
  readonly repeats: boolean;
}

/**
 * Sends batches of events into a partition's log: one in doubt at a time, under its stamp until it
 * is stored; now and then twice, or behind the one after it.
 */
export class Gateway {
  readonly #place: GatewayPlace;
  readonly #name: string;
  readonly #random: Random;
  #n = 0;
  #isRunning = true;
  #events = 0;
  /** Sends before it that were to be stored, and have been: by sequence. */
  readonly acknowledged: number[] = [];
  /** How far its clock is off, ms. */
  skewMs = 0;

  constructor(place: GatewayPlace, name: string, random: Random) {
    this.#place = place;
    this.#name = name;
    this.#random = random;
    this.#plan();
  }

  /** Sends no more. */
  stop(): void {
    this.#isRunning = false;
  }

  #plan(): void {
    this.#place.scheduler.after(this.#random.between(100, 1_500), () => this.#sendNext());
  }

  #sendNext(): void {
    if (!this.#isRunning) return;
    if (this.#random.chance(0.05)) {
      this.#sendRaw();
      return this.#plan();
    }
    const message = this.#message();
    if (!this.#random.chance(0.1)) return this.#send(message, () => this.#plan());
    this.#place.reached.mark('a message came out of order');
    this.#send(this.#message(), () => this.#send(message, () => this.#plan()));
  }

  #message(): Encoded {
    const size = this.#random.between(1, 4);
    const events = Array.from({ length: size }, () => this.#event());
    const stamp = { producer: this.#name, n: ++this.#n };
    const history = this.#random.chance(0.04);
    return encodeEvents(events, { stamp, sentAt: this.#now(), history });
  }

  #send(message: Encoded, onStored: () => void): void {
    const { scheduler, reached } = this.#place;
    const again = (): void => void scheduler.after(AGAIN_MS, () => this.#send(message, onStored));
    const lot = this.#random.next();
    if (lot < 0.02) return again(); // it never arrived
    scheduler.after(this.#random.between(1, 20), () => {
      const outcome = this.#append(message);
      if (outcome.kind !== 'stored' || lot < 0.05) {
        if (outcome.kind === 'stored') reached.mark('a batch came twice');
        return void scheduler.after(SILENT_MS, again);
      }
      this.acknowledged.push(outcome.sequence);
      if (lot > 0.97) {
        reached.mark('a batch came twice');
        scheduler.after(this.#random.between(1, 4_000), () => this.#append(message));
      }
      onStored();
    });
  }

  /** As a producer that knows nothing of Shoal: JSON, without stamps, and not always events. */
  #sendRaw(): void {
    const { reached } = this.#place;
    const lot = this.#random.next();
    const { customer, anonymousId, event, properties, at } = this.#event();
    const timestamp = new Date(at).toISOString();
    const id = anonymousId === customer ? { anonymousId } : { userId: customer };
    const track = { type: 'track', ...id, event, properties, timestamp };
    const body = lot < 0.2 ? 'no JSON' : JSON.stringify(lot < 0.4 ? [track, {}] : track);
    if (lot < 0.4) reached.mark('a message was refused');
    const headers = new Map(lot > 0.9 ? [['Sh-V', '9']] : []);
    this.#append({ headers, body: Buffer.from(body) });
  }

  #append({ headers, body }: Encoded): Appended {
    const subject = eventsSubject(this.#place.partition);
    return this.#place.broker.append(subject, body, { headers }, this.#name);
  }

  #event(): CustomerEvent {
    const messageId = this.#messageId();
    return { ...this.#place.event(this.#random, () => this.#now()), messageId };
  }

  /** Now and then one that the customer may have had already. */
  #messageId(): string | undefined {
    if (this.#random.chance(0.3)) return undefined;
    const { repeats } = this.#place;
    const back = repeats && this.#random.chance(0.1) ? this.#random.between(1, 10) : 0;
    return `${this.#name}-${++this.#events - back}`;
  }

  #now(): number {
    return Math.floor(this.#place.scheduler.now + this.skewMs);
  }
}
