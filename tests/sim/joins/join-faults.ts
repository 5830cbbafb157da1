import { JOIN_EFFECTS } from '../fate.ts';
import { armed, type Fault } from '../faults.ts';
import { JOIN_DEFINITIONS, LATER_DEFINITIONS } from './people.ts';

const CARRYING = JOIN_EFFECTS.filter((effect) => effect.startsWith('append'));

/** Faults of relays, after which nothing may be lost. */
export const JOIN_FAULTS: readonly Fault[] = [
  armed('crash of the relay before a call', 'crash-before', JOIN_EFFECTS),
  armed('crash of the relay after a call', 'crash-after', JOIN_EFFECTS),
  armed('a lost append of the relay', 'lost', CARRYING),
  armed('an append of the relay without an answer', 'unanswered', CARRYING),
  armed('an append of the relay that lands late', 'late', CARRYING),
  armed('a parcel twice', 'twice', ['append passed']),
  armed('a parcel that lands late', 'late', ['append passed']),
  {
    name: 'a kill of the relay',
    apply: ({ world }) => {
      world.joining?.relays.any?.kill();
      world.reached.mark('the relay was killed');
    },
  },
  { name: 'a second relay', apply: ({ world }) => world.joining?.relays.start() },
  {
    name: 'a pause of the relay, and another one',
    apply: ({ world }, random) => {
      world.joining?.relays.any?.pause(random.between(2_000, 15_000));
      world.scheduler.after(random.between(100, 3_000), () => world.joining?.relays.start());
    },
  },
  {
    name: 'a lost bookmark',
    apply: ({ world }, random) => {
      const { joining, reached } = world;
      joining?.relays.setBack(random.chance(0.5) ? joining.relays.age : random.between(1, 20));
      reached.mark('a bookmark was lost');
      if (random.chance(0.8)) joining?.relays.any?.kill();
    },
  },
  {
    name: "the relay's store away",
    apply: ({ world }, random) => {
      const { joining, reached, scheduler } = world;
      if (joining === undefined) return;
      joining.relays.isAway = true;
      reached.mark('the store of a relay was away');
      scheduler.after(random.between(200, 12_000), () => (joining.relays.isAway = false));
    },
  },
  {
    name: 'later definitions',
    apply: ({ world }) => {
      const isFirst = world.definitions === JOIN_DEFINITIONS;
      world.definitions = isFirst ? LATER_DEFINITIONS : JOIN_DEFINITIONS;
      world.reached.mark('definitions changed');
      for (const { house } of world.sites) house?.process.kill();
    },
  },
];
