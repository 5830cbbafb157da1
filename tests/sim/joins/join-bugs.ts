import { Producers } from '../../../src/engine/state/producers.ts';
import type { PositionStore } from '../../../src/roles/ports/store.ts';
import { Piece } from '../../../src/roles/relay/progress.ts';
import type { Bug } from '../bug.ts';
import { logWith } from '../log-with.ts';

/*
 * Mistakes in how partitions reach one another.
 */

const LOSES_BOOKMARKS = ['a lost bookmark', 'a kill of the relay', 'a lost bookmark'];

/** Without a bookmark it goes by the triggers, which say nothing of parcels. */
const takesPublishedForCarried: Bug = {
  name: 'takes for carried what has been published',
  shownBy: {
    trouble: 'joins',
    faults: [...LOSES_BOOKMARKS, 'a lost append of the relay', 'a kill of the relay'],
  },
  relay: (ports, { sites }) => {
    const positions: PositionStore['positions'] = async (names) => {
      const saved = await ports.positions.positions(names);
      return names.map((name, i) => {
        const [, partition] = /^relay-carried-(\d+)$/.exec(name) ?? [];
        return sites[Number(partition)]?.judge.n ?? saved[i] ?? 0;
      });
    };
    return { ...ports, positions: { ...ports.positions, positions } };
  },
};

const savesTooEarly: Bug = {
  name: 'takes for dealt with what is still on its way',
  shownBy: {
    trouble: 'joins',
    faults: ["the relay's store away", 'nats away', 'a kill of the relay', 'a kill of the relay'],
  },
  plant: () => {
    const { isDone } = Piece.prototype;
    Piece.prototype.isDone = () => true;
    return () => (Piece.prototype.isDone = isDone);
  },
};

const doesNotWait: Bug = {
  name: 'takes a parcel for stored before it is',
  shownBy: { trouble: 'joins', faults: ['a lost append of the relay', 'nats away', 'nats away'] },
  relay: ({ log, ...ports }) => ({
    ...ports,
    log: logWith(log, {
      append: async (subject, body, options) => {
        const appended = log.append(subject, body, options);
        return subject.startsWith('shoal.events.') ? { kind: 'stored', sequence: 1 } : appended;
      },
    }),
  }),
};

const goesByThePlace: Bug = {
  name: 'puts a trigger behind whatever stands before its place',
  shownBy: { trouble: 'joins', faults: ['a second relay', 'a lost bookmark', 'a second relay'] },
  relay: ({ log, ...ports }) => ({
    ...ports,
    log: logWith(log, {
      append: (subject, body, { expectedLastId, ...options } = {}) => {
        const place = /-(\d+)$/.exec(expectedLastId ?? '')?.[1];
        const expected = place !== undefined && { expectedStreamSequence: Number(place) };
        return log.append(subject, body, { ...options, ...expected });
      },
    }),
  }),
};

const countsTwice: Bug = {
  name: 'takes in a parcel as often as it comes',
  shownBy: { trouble: 'joins', faults: [...LOSES_BOOKMARKS, 'a second relay'] },
  plant: () => {
    const { admit } = Producers.prototype;
    Producers.prototype.admit = function (producer, n) {
      return admit.call(this, producer, n) || producer.startsWith('from-');
    };
    return () => (Producers.prototype.admit = admit);
  },
};

const joinsTooLate: Bug = {
  name: 'tells the directory nothing',
  shownBy: { trouble: 'joins', faults: [] },
  relay: (ports) => ({ ...ports, directory: undefined }),
};

export const JOIN_BUGS: readonly Bug[] = [
  takesPublishedForCarried,
  savesTooEarly,
  doesNotWait,
  goesByThePlace,
  countsTwice,
  joinsTooLate,
];
