import type { StoredMessage } from '../../../src/roles/ports/log.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import { decodeRecord } from '../../../src/wire/transition-record.ts';
import { publishedMembers } from '../comparison.ts';
import type { Site } from '../site.ts';
import type { World } from '../world.ts';
import { PEOPLE } from './people.ts';
import { RelayProcesses } from './relay-processes.ts';
import { tallyOf } from './tally.ts';
import { TriggerTally } from './trigger-tally.ts';
import { whereabouts } from './whereabouts.ts';

/*
 * What partitions pass on to one another, and who has become one with whom.
 *
 * 1. Only what was published arrives, and all of it does.
 * 2. Whatever a person has done counts once, at one customer: themselves, or one whom they have
 *    joined; who has joined nobody is at home.
 * 3. The directory knows of a join before the other partition does.
 * 4. Who has joined another is a member of nothing any more.
 * 5. Each transition becomes a trigger once.
 */
export class Joining {
  readonly relays: RelayProcesses;
  readonly triggers: TriggerTally;
  readonly #world: World;
  readonly #published = new Set<string>();
  readonly #arrived = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.relays = new RelayProcesses(world);
    this.triggers = new TriggerTally(world);
  }

  startRelay(): void {
    this.relays.start();
  }

  heal(): void {
    this.relays.isAway = false;
  }

  onTransitions({ partition }: Site, { body }: StoredMessage): void {
    const { items, from } = decodeRecord(body);
    for (const [i, item] of items.entries()) {
      if (item.kind !== 'passed' || item.parcel.type === 'joined') continue;
      this.#published.add(`${partition}/${from + i}`);
    }
  }

  onEvents({ partition }: Site, { headers, body }: StoredMessage): void {
    const message = decodeLogMessage(headers, body);
    if (message.kind !== 'passed') return;
    const { reached } = this.#world;
    for (const { n, passed } of message.items) {
      const name = `${message.source}/${n}`;
      const { parcel, customer, to, via } = passed;
      if (!this.#published.has(name)) this.#say(`parcel ${name} was not published`);
      if (this.#arrived.has(name)) reached.mark('a parcel was carried twice');
      this.#arrived.add(name);
      if (via.length > 1) reached.mark('an alias passed a parcel on');
      if (via.includes(to)) reached.mark('a parcel went round in a circle');
      if (parcel.type === 'event') reached.mark('an event of an alias was passed on');
      if (parcel.type !== 'merge') continue;
      if (parcel.id.endsWith('+')) reached.mark('a state was carried for new definitions');
      if (!this.relays.joined.has(`${customer} to ${to}`)) {
        this.#say(`partition ${partition} learns of ${customer} before the directory`);
      }
    }
  }

  get hasAllArrived(): boolean {
    return this.#missing.length === 0 && this.triggers.missing.length === 0;
  }

  get whyNot(): string {
    const missing = this.#missing;
    const parcels = missing.length === 0 ? [] : [`parcels ${missing.join()} have not arrived`];
    return [...parcels, ...this.triggers.missing].join('; ');
  }

  get #missing(): string[] {
    return [...this.#published].filter((name) => !this.#arrived.has(name));
  }

  /** When nothing is under way. */
  async compare(): Promise<void> {
    const tally = tallyOf(this.#world);
    const places = await whereabouts(this.#world);
    for (const person of PEOPLE) {
      for (const wrong of places.check(person, tally.of(person))) this.#say(wrong);
      this.#checkHome(person, places.homeOf(person), tally.linksOf(person), places.homeOf);
    }
    for (const one of PEOPLE) {
      for (const other of PEOPLE) {
        if (one >= other || places.homeOf(one) !== places.homeOf(other)) continue;
        if (!tally.areLinked(one, other))
          this.#say(`${one} is one with ${other}, whom nobody named`);
      }
    }
    for (const site of this.#world.sites) this.#checkMembers(site, places.homeOf);
  }

  #checkHome(
    person: string,
    home: string | undefined,
    links: ReadonlySet<string>,
    homeOf: (person: string) => string | undefined,
  ): void {
    if (home === undefined) return;
    if (home !== person) this.#world.reached.mark('a customer had joined another');
    const homes = [...links].map(homeOf);
    // Of one who has done nothing it cannot be told where they are.
    if (links.size === 0 || homes.includes(undefined) || homes.includes(home)) return;
    this.#say(`${person} is at ${home}, not with any of ${[...links].join()}`);
  }

  #checkMembers(
    { partition, judge, truth }: Site,
    homeOf: (person: string) => string | undefined,
  ): void {
    const published = publishedMembers(judge.records.flatMap(({ items }) => items));
    for (const [segment, members] of published) {
      for (const member of members) {
        if ((homeOf(member) ?? member) === member) continue;
        this.#say(`${member} has joined another, and is a member of ${segment} in ${partition}`);
      }
    }
    for (const [segment, { members }] of truth.counts()) {
      const found = published.get(segment)?.size ?? 0;
      if (found !== members)
        this.#say(`${segment} of ${partition}: ${found} published, ${members} are`);
    }
  }

  #say(what: string): void {
    this.#world.say(what);
  }
}
