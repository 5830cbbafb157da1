import { decodeManifest } from '../../src/wire/checkpoint.ts';
import type { Fault } from './faults.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

const RECENT = 15;

/** Of the transitions: what the outbox must bring back. */
export const LOST_TRANSITIONS: Fault = {
  name: 'a lost tail of the transitions',
  apply: (site, random) => {
    loseTransitions(site, random.between(1, 6));
    restartNats(site, random);
  },
};

/** Faults after which the log is not what it was; what it was must not be passed over. */
export const LOSSES: readonly Fault[] = [
  {
    name: 'a lost tail of the log',
    apply: (site, random) => {
      loseEvents(site, random.between(1, 12), true);
      restartNats(site, random);
    },
  },
  {
    name: 'a lost tail of all streams',
    apply: (site, random) => {
      site.forgetAlarms();
      loseEvents(site, random.between(1, 12), false);
      loseTransitions(site, random.between(1, 6));
      site.world.accepted.add('transitions-lost');
      restartNats(site, random);
    },
  },
  {
    name: 'a purge past the position',
    apply: ({ world, eventsStream, house }, random) => {
      const stream = world.broker.stream(eventsStream);
      stream.trim(stream.lastSequence + 1 - random.between(0, 5));
      world.accepted.add('log-gap');
      world.reached.mark('the log was purged');
      if (random.chance(0.7)) house?.process.kill();
    },
  },
  {
    name: 'a stream made anew',
    apply: (site, random) => {
      site.world.broker.recreate(site.eventsStream);
      site.world.reached.mark('the log was made anew');
      restartNats(site, random);
    },
  },
  {
    name: 'a message that changes',
    apply: (site, random) => {
      const { world } = site;
      const stream = world.broker.stream(site.eventsStream);
      const recent = stream.messages.slice(-RECENT).filter(({ body }) => body.length > 0);
      if (recent.length === 0) return;
      const { sequence, body } = random.pick(recent);
      stream.change(
        sequence,
        body.map((byte, i) => (i === body.length - 1 ? byte ^ 1 : byte)),
      );
      world.halting.add('diverged');
      world.reached.mark('a message changed');
      restartNats(site, random);
      site.house?.process.kill();
    },
  },
  {
    name: 'a short history',
    apply: ({ world, house }, random) => {
      world.historyMs = random.between(5_000, 20_000);
      house?.process.kill();
    },
  },
];

function loseTransitions({ world, judge, transitionsStream }: Site, count: number): void {
  const lost = world.broker.stream(transitionsStream).loseTail(count);
  judge.forgetRecords(lost.length);
  world.reached.mark('transitions were lost');
}

/** @param keepsTransitions whether they still tell of what is lost */
function loseEvents(site: Site, count: number, keepsTransitions: boolean): void {
  const { world, shelf, judge } = site;
  const stream = world.broker.stream(site.eventsStream);
  const [first] = stream.loseTail(count);
  if (first === undefined) return;
  world.reached.mark('a tail of the log was lost');
  const manifest = shelf.checkpoint && decodeManifest(shelf.checkpoint.manifest);
  // A checkpoint of a log that was there before this one knows nothing of what is lost here.
  const stored = manifest?.streamCreatedAt === stream.createdAt ? manifest.sequence : 0;
  const told = keepsTransitions ? (judge.records.at(-1)?.source ?? 0) : 0;
  if (Math.max(stored, told) >= first.sequence) site.expectAlarm();
}

/** Its process ends with what it loses; owners feel that, or end with it. */
function restartNats({ world, house }: Site, random: Random): void {
  world.broker.boot++;
  if (random.chance(0.5)) house?.process.kill();
}
