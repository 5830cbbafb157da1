import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { decodeManifest } from '../../src/wire/checkpoint.ts';
import type { Fault } from './faults.ts';
import type { Random } from './random.ts';
import { PARTITION, type World } from './world.ts';

const RECENT = 15;

/** Of the transitions: what the outbox must bring back. */
export const LOST_TRANSITIONS: Fault = {
  name: 'a lost tail of the transitions',
  apply: (world, random) => {
    loseTransitions(world, random.between(1, 6));
    restartNats(world, random);
  },
};

/** Faults after which the log is not what it was; what it was must not be passed over. */
export const LOSSES: readonly Fault[] = [
  {
    name: 'a lost tail of the log',
    apply: (world, random) => {
      loseEvents(world, random.between(1, 12), true);
      restartNats(world, random);
    },
  },
  {
    name: 'a lost tail of all streams',
    apply: (world, random) => {
      world.forgetAlarms();
      loseEvents(world, random.between(1, 12), false);
      loseTransitions(world, random.between(1, 6));
      world.accepted.add('transitions-lost');
      restartNats(world, random);
    },
  },
  {
    name: 'a purge past the position',
    apply: (world, random) => {
      const stream = world.broker.stream(eventsStream(PARTITION));
      stream.trim(stream.lastSequence + 1 - random.between(0, 5));
      world.accepted.add('log-gap');
      world.reached.mark('the log was purged');
      if (random.chance(0.7)) world.house?.process.kill();
    },
  },
  {
    name: 'a stream made anew',
    apply: (world, random) => {
      world.broker.recreate(eventsStream(PARTITION));
      world.reached.mark('the log was made anew');
      restartNats(world, random);
    },
  },
  {
    name: 'a message that changes',
    apply: (world, random) => {
      const stream = world.broker.stream(eventsStream(PARTITION));
      const recent = stream.messages.slice(-RECENT).filter(({ body }) => body.length > 0);
      if (recent.length === 0) return;
      const { sequence, body } = random.pick(recent);
      stream.change(
        sequence,
        body.map((byte, i) => (i === body.length - 1 ? byte ^ 1 : byte)),
      );
      world.halting.add('diverged');
      world.reached.mark('a message changed');
      restartNats(world, random);
      world.house?.process.kill();
    },
  },
  {
    name: 'a short history',
    apply: (world, random) => {
      world.historyMs = random.between(5_000, 20_000);
      world.house?.process.kill();
    },
  },
];

function loseTransitions(world: World, count: number): void {
  const lost = world.broker.stream(transitionsStream(PARTITION)).loseTail(count);
  world.judge.forgetRecords(lost.length);
  world.reached.mark('transitions were lost');
}

/** @param keepsTransitions whether they still tell of what is lost */
function loseEvents(world: World, count: number, keepsTransitions: boolean): void {
  const { broker, shelf, judge, reached } = world;
  const stream = broker.stream(eventsStream(PARTITION));
  const [first] = stream.loseTail(count);
  if (first === undefined) return;
  reached.mark('a tail of the log was lost');
  const manifest = shelf.checkpoint && decodeManifest(shelf.checkpoint.manifest);
  // A checkpoint of a log that was there before this one knows nothing of what is lost here.
  const stored = manifest?.streamCreatedAt === stream.createdAt ? manifest.sequence : 0;
  const told = keepsTransitions ? (judge.records.at(-1)?.source ?? 0) : 0;
  if (Math.max(stored, told) >= first.sequence) world.expectAlarm();
}

/** Its process ends with what it loses; owners feel that, or end with it. */
function restartNats({ broker, house }: World, random: Random): void {
  broker.boot++;
  if (random.chance(0.5)) house?.process.kill();
}
