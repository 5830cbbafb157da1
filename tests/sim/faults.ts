import { chunksOf, decodeManifest } from '../../src/wire/checkpoint.ts';
import { CHANGED_DEFINITIONS, DEFINITIONS } from './definitions.ts';
import { EFFECTS, type Fate } from './fate.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

/** Something that goes wrong, at an instant that the seed decides. */
export interface Fault {
  readonly name: string;
  /** What it takes away, for those that must not come together. */
  readonly hurts?: 'store' | 'definitions';
  readonly apply: (site: Site, random: Random) => void;
}

export function armed(name: string, fate: Fate, effects: readonly string[] = EFFECTS): Fault {
  return {
    name,
    apply: ({ world }, random) => {
      world.fates.arm(random.pick(effects), fate, random.between(0, 3));
    },
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
    apply: ({ world, house }, random) => {
      world.fates.arm('append claim', random.pick(['crash-before', 'crash-after']), 0);
      house?.process.kill();
    },
  },
  { name: 'kill', apply: ({ house }) => house?.process.kill() },
  { name: 'a second owner', apply: (site) => site.startOther() },
  {
    name: 'a pause, and another owner',
    apply: (site, random) => {
      const { reached, scheduler } = site.world;
      site.house?.process.pause(random.between(4_000, 15_000));
      reached.mark('a process slept while another took over');
      scheduler.after(random.between(100, 3_000), () => site.startOther());
    },
  },
  {
    name: 'nats away',
    apply: ({ world }, random) => {
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
    apply: ({ world }) => void world.broker.boot++,
  },
  {
    name: 'redis away',
    apply: ({ world, shelf }, random) => {
      const { reached, scheduler } = world;
      shelf.isAway = true;
      reached.mark('redis was away');
      scheduler.after(random.between(200, 15_000), () => (shelf.isAway = false));
    },
  },
  {
    name: 'redis emptied',
    hurts: 'store',
    apply: (site, random) => setBack(site, random, site.shelf.age, 'redis was emptied'),
  },
  {
    name: 'redis set back',
    hurts: 'store',
    apply: (site, random) => setBack(site, random, random.between(1, 3), 'redis was set back'),
  },
  {
    name: 'a lost chunk',
    hurts: 'store',
    apply: (site, random) => hurtChunk(site, random, 'lost'),
  },
  {
    name: 'a spoilt chunk',
    hurts: 'store',
    apply: (site, random) => hurtChunk(site, random, 'spoilt'),
  },
  {
    name: 'a full stream',
    apply: ({ world, eventsStream, transitionsStream }, random) => {
      const { broker, scheduler } = world;
      const name = random.pick([eventsStream, transitionsStream]);
      broker.full.add(name);
      scheduler.after(random.between(500, 6_000), () => broker.full.delete(name));
    },
  },
  {
    name: 'a wrong clock of a gateway',
    apply: ({ gateways, world }, random) => {
      world.reached.mark('a clock was wrong');
      random.pick(gateways).skewMs = random.pick([-3_600_000, -7_000, 4_000, 60_000, 3_600_000]);
    },
  },
  {
    name: 'a wrong clock of an owner',
    apply: ({ house, world }, random) => {
      world.reached.mark('a clock was wrong');
      if (house !== undefined) house.process.skewMs = random.pick([-20_000, -700, 900, 20_000]);
    },
  },
  {
    name: 'other definitions',
    hurts: 'definitions',
    apply: ({ world }, random) => {
      if (random.chance(0.5)) {
        world.fates.arm('append control', random.pick(['crash-before', 'crash-after']), 0);
      }
      const isFirst = world.definitions === DEFINITIONS;
      world.definitions = isFirst ? CHANGED_DEFINITIONS : DEFINITIONS;
      world.reached.mark('definitions changed');
      for (const { house } of world.sites) house?.process.kill();
    },
  },
];

/** With a log that was trimmed in part, an older state may not find what comes behind it. */
function ageStore({ judge, world }: Site): void {
  if (judge.truth !== undefined) return;
  world.accepted.add('log-gap');
}

function setBack(site: Site, random: Random, commits: number, what: string): void {
  site.shelf.setBack(commits);
  ageStore(site);
  site.judge.forgetStored();
  site.forgetAlarms();
  site.world.reached.mark(what);
  if (random.chance(0.6)) site.house?.process.kill();
}

/** Most of the time the owner is started anew, so that somebody finds out. */
function hurtChunk(site: Site, random: Random, how: 'lost' | 'spoilt'): void {
  const { shelf, house, world } = site;
  const { checkpoint } = shelf;
  if (checkpoint === undefined) return;
  const hash = random.pick([...chunksOf(decodeManifest(checkpoint.manifest))]);
  if (how === 'lost') shelf.loseChunk(hash);
  else shelf.spoilChunk(hash);
  ageStore(site);
  world.reached.mark(`a chunk was ${how}`);
  if (random.chance(0.7)) house?.process.kill();
}
