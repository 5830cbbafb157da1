import type { Bug } from './bug.ts';
import { FAULTS, type Fault } from './faults.ts';
import { JOIN_FAULTS } from './joins/join-faults.ts';
import { LOSSES, LOST_TRANSITIONS } from './losses.ts';
import type { Random } from './random.ts';

/**
 * `whole`: nothing that was acknowledged is lost, so all that is published is exactly what the log
 * says. `transitions`: likewise, though the broker loses transitions. `log`: the log itself is lost
 * in part or changed. `joins`: likewise nothing is lost, and customers of several partitions become
 * one.
 */
export type Trouble = 'whole' | 'transitions' | 'log' | 'joins';

export interface Planned {
  readonly fault: Fault;
  readonly inMs: number;
}

export interface Plan {
  readonly trouble: Trouble;
  /** How long things go wrong. */
  readonly troubleMs: number;
  /** And how long it takes until time alone has done all that it can do. */
  readonly windowsMs: number;
  readonly faults: readonly Planned[];
}

export const QUIET_MS = 2_000;
const TROUBLE_MS = 30_000;
/** In the longest window of a rule, with its grace, time alone does all that it can do. */
const WINDOWS_MS = 27_000;
const FAULTS_MIN = 5;
const FAULTS_MAX = 9;

/** What a store that is set back as well could not help with. */
const WITHOUT_STORE = FAULTS.filter(({ hurts }) => hurts !== 'store');
const CALM = WITHOUT_STORE.filter(({ hurts }) => hurts !== 'definitions');
/** What stands in the log no more cannot be read anew for other definitions. */
const WITHOUT_DEFINITIONS = FAULTS.filter(({ hurts }) => hurts !== 'definitions');

const ALL = [...FAULTS, ...LOSSES, LOST_TRANSITIONS, ...JOIN_FAULTS];

const TROUBLES: readonly Trouble[] = [
  ...(['whole', 'whole', 'whole', 'whole'] as const),
  ...(['transitions', 'log', 'log', 'joins'] as const),
];

/**
 * What goes wrong in a world, and when.
 *
 * @param wanted shall be among it, each as often as it is named
 */
export function planOf(random: Random, wanted: Bug['shownBy']): Plan {
  const drawn = random.pick(TROUBLES);
  const trouble = wanted?.trouble ?? drawn;
  const count = random.between(FAULTS_MIN, FAULTS_MAX);
  // Three partitions at work cost three times as much, and their windows are short.
  const lengths =
    trouble === 'joins'
      ? { troubleMs: TROUBLE_MS / 2, windowsMs: WINDOWS_MS / 2 }
      : { troubleMs: TROUBLE_MS, windowsMs: WINDOWS_MS };
  const extra = (wanted?.faults ?? []).flatMap((named) => ALL.filter(({ name }) => name === named));
  const faults = [...extra, ...faultsOf(trouble, count, random)].map((fault) => {
    return { fault, inMs: random.between(QUIET_MS, lengths.troubleMs) };
  });
  return { trouble, faults, ...lengths };
}

function faultsOf(trouble: Trouble, count: number, random: Random): Fault[] {
  const of = (faults: readonly Fault[], some: number): Fault[] =>
    Array.from({ length: some }, () => random.pick(faults));
  switch (trouble) {
    case 'whole':
      return of(FAULTS, count);
    case 'transitions':
      return [LOST_TRANSITIONS, ...of([LOST_TRANSITIONS, ...WITHOUT_STORE], count - 1)];
    case 'log':
      return [...of(LOSSES, 1), ...of([...LOSSES, ...WITHOUT_DEFINITIONS], count - 1)];
    case 'joins':
      return random.chance(0.3)
        ? of([LOST_TRANSITIONS, ...CALM, ...JOIN_FAULTS, ...JOIN_FAULTS], count)
        : of([...WITHOUT_DEFINITIONS, ...JOIN_FAULTS, ...JOIN_FAULTS], count);
  }
}
