import { EFFECTS, JOIN_EFFECTS } from './fate.ts';

/** What must come up over a run of many seeds, or the simulator does not look where it should. */
export const SOMETIMES: readonly string[] = [
  ...[...EFFECTS, ...JOIN_EFFECTS].flatMap((effect) => [
    `crash before ${effect}`,
    `crash after ${effect}`,
  ]),
  'an append landed without an answer',
  'an append without an answer did not land',
  'an append landed when its sender had given up',
  'an append came behind another and was refused',
  'a stream was full',
  'a commit landed without an answer',
  'a commit was repeated under its id',
  'a commit was fenced off',
  'a chunk was missing at a commit',
  'an error said: fenced',
  'an error said: lease-lost',
  'an error said: log-changed',
  'two owners ran at once',
  'a process slept while another took over',
  'nats was away',
  'redis was away',
  'redis was emptied',
  'redis was set back',
  'a chunk was lost',
  'a chunk was spoilt',
  'an older manifest was loaded',
  'the whole log was replayed',
  'a replay held back numbers',
  'a batch came twice',
  'a message came out of order',
  'a message was delivered twice',
  'a clock was wrong',
  'a message was refused',
  'definitions changed',
  'an owner was stopped in order',
  'a commit landed when its sender had given up',
  'transitions were lost',
  'lost transitions were published again',
  'a tail of the log was lost',
  'the log was made anew',
  'the log was purged',
  'a message changed',
  'history was trimmed',
  'an owner went on with another log',
  'an owner went on from a log alone',
  'an owner went on behind a gap',
  'a partition stopped: diverged',
  'a partition stopped: log-gap',
  'a parcel was carried twice',
  'two relays ran at once',
  'two relays said triggers in turn',
  'the relay was killed',
  'a bookmark was lost',
  'the store of a relay was away',
  'a customer had joined another',
  'an event of an alias was passed on',
  'an alias passed a parcel on',
  'a parcel went round in a circle',
  'a state was carried for new definitions',
];

/** Which of them have come up. */
export class Reached {
  readonly #counts = new Map<string, number>();

  mark(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  count(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  add(counts: Readonly<Record<string, number>>): void {
    for (const [what, count] of Object.entries(counts)) {
      this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
    }
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
