import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { chunksOf, decodeManifest } from '../../src/wire/checkpoint.ts';
import { CHANGED_DEFINITIONS, DEFINITIONS } from './definitions.ts';
import { EFFECTS, type Fate } from './fate.ts';
import type { Random } from './random.ts';
import { PARTITION, type World } from './world.ts';

/** Something that goes wrong, at an instant that the seed decides. */
export interface Fault {
  readonly name: string;
  /** What it takes away, for those that must not come together. */
  readonly hurts?: 'store' | 'definitions';
  readonly apply: (world: World, random: Random) => void;
}

function armed(name: string, fate: Fate, effects: readonly string[] = EFFECTS): Fault {
  return {
    name,
    apply: ({ fates }, random) => fates.arm(random.pick(effects), fate, random.between(0, 3)),
  };
}

const APPENDS = EFFECTS.filter((effect) => effect.startsWith('append'));
const WRITES = EFFECTS.filter((effect) => !effect.startsWith('append'));

/** Faults after which nothing may be lost. */
export const FAULTS: readonly Fault[] = [
  armed('crash before a call', 'crash-before'),
  armed('crash after a call', 'crash-after'),
  armed('crash around a checkpoint', 'crash-after', WRITES),
  armed('a lost append', 'lost', APPENDS),
  armed('an append without an answer', 'unanswered', APPENDS),
  armed('an append that lands late', 'late', APPENDS),
  armed('a commit without an answer', 'unanswered', ['commit']),
  armed('a commit that lands late', 'late', ['commit']),
  armed('a write twice', 'twice', WRITES),
  {
    name: 'crash in a claim',
    apply: ({ fates, house }, random) => {
      fates.arm('append claim', random.pick(['crash-before', 'crash-after']), 0);
      house?.process.kill();
    },
  },
  { name: 'kill', apply: ({ house }) => house?.process.kill() },
  { name: 'a second owner', apply: (world) => world.startOther() },
  {
    name: 'a pause, and another owner',
    apply: (world, random) => {
      world.house?.process.pause(random.between(4_000, 15_000));
      world.reached.mark('a process slept while another took over');
      world.scheduler.after(random.between(100, 3_000), () => world.startOther());
    },
  },
  {
    name: 'nats away',
    apply: (world, random) => {
      const { broker, reached, scheduler } = world;
      broker.isAway = true;
      reached.mark('nats was away');
      scheduler.after(random.between(200, 8_000), () => {
        broker.isAway = false;
        broker.boot++;
      });
    },
  },
  {
    name: 'nats restarts',
    apply: ({ broker }) => void broker.boot++,
  },
  {
    name: 'redis away',
    apply: ({ shelf, reached, scheduler }, random) => {
      shelf.isAway = true;
      reached.mark('redis was away');
      scheduler.after(random.between(200, 15_000), () => (shelf.isAway = false));
    },
  },
  {
    name: 'redis emptied',
    hurts: 'store',
    apply: (world, random) => setBack(world, random, world.shelf.age, 'redis was emptied'),
  },
  {
    name: 'redis set back',
    hurts: 'store',
    apply: (world, random) => setBack(world, random, random.between(1, 3), 'redis was set back'),
  },
  {
    name: 'a lost chunk',
    hurts: 'store',
    apply: (world, random) => hurtChunk(world, random, 'lost'),
  },
  {
    name: 'a spoilt chunk',
    hurts: 'store',
    apply: (world, random) => hurtChunk(world, random, 'spoilt'),
  },
  {
    name: 'a full stream',
    apply: ({ broker, scheduler }, random) => {
      const name = random.pick([eventsStream, transitionsStream])(PARTITION);
      broker.full.add(name);
      scheduler.after(random.between(500, 6_000), () => broker.full.delete(name));
    },
  },
  {
    name: 'a wrong clock of a gateway',
    apply: ({ gateways, reached }, random) => {
      reached.mark('a clock was wrong');
      random.pick(gateways).skewMs = random.pick([-3_600_000, -7_000, 4_000, 60_000, 3_600_000]);
    },
  },
  {
    name: 'a wrong clock of an owner',
    apply: ({ house, reached }, random) => {
      reached.mark('a clock was wrong');
      if (house !== undefined) house.process.skewMs = random.pick([-20_000, -700, 900, 20_000]);
    },
  },
  {
    name: 'other definitions',
    hurts: 'definitions',
    apply: (world, random) => {
      if (random.chance(0.5)) {
        world.fates.arm('append control', random.pick(['crash-before', 'crash-after']), 0);
      }
      const isFirst = world.definitions === DEFINITIONS;
      world.definitions = isFirst ? CHANGED_DEFINITIONS : DEFINITIONS;
      world.reached.mark('definitions changed');
      world.house?.process.kill();
    },
  },
];

/** With a log that was trimmed in part, an older state may not find what comes behind it. */
function ageStore({ judge, accepted }: World): void {
  if (judge.truth !== undefined) return;
  accepted.add('log-gap');
}

function setBack(world: World, random: Random, commits: number, what: string): void {
  world.shelf.setBack(commits);
  ageStore(world);
  world.judge.forgetStored();
  world.forgetAlarms();
  world.reached.mark(what);
  if (random.chance(0.6)) world.house?.process.kill();
}

/** Most of the time the owner is started anew, so that somebody finds out. */
function hurtChunk(world: World, random: Random, how: 'lost' | 'spoilt'): void {
  const { shelf, house, reached } = world;
  const { checkpoint } = shelf;
  if (checkpoint === undefined) return;
  const hash = random.pick([...chunksOf(decodeManifest(checkpoint.manifest))]);
  if (how === 'lost') shelf.loseChunk(hash);
  else shelf.spoilChunk(hash);
  ageStore(world);
  reached.mark(`a chunk was ${how}`);
  if (random.chance(0.7)) house?.process.kill();
}
