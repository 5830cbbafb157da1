import type { Bug } from './bug.ts';
import { FAULTS, type Fault } from './faults.ts';
import { LOSSES, LOST_TRANSITIONS } from './losses.ts';
import type { Random } from './random.ts';

/**
 * `whole`: nothing that was acknowledged is lost, so all that is published is exactly what the log
 * says. `transitions`: likewise, though the broker loses transitions. `log`: the log itself is lost
 * in part or changed.
 */
export type Trouble = 'whole' | 'transitions' | 'log';

export interface Planned {
  readonly fault: Fault;
  readonly inMs: number;
}

export interface Plan {
  readonly trouble: Trouble;
  readonly faults: readonly Planned[];
}

export const QUIET_MS = 2_000;
export const TROUBLE_MS = 40_000;
const FAULTS_MIN = 5;
const FAULTS_MAX = 9;

/** What a store that is set back as well could not help with. */
const WITHOUT_STORE = FAULTS.filter(({ hurts }) => hurts !== 'store');
/** What stands in the log no more cannot be read anew for other definitions. */
const WITHOUT_DEFINITIONS = FAULTS.filter(({ hurts }) => hurts !== 'definitions');

const ALL = [...FAULTS, ...LOSSES, LOST_TRANSITIONS];

/**
 * What goes wrong in a world, and when.
 *
 * @param wanted shall be among it, each as often as it is named
 */
export function planOf(random: Random, wanted: Bug['shownBy']): Plan {
  const drawn = random.pick(['whole', 'whole', 'whole', 'transitions', 'log', 'log'] as const);
  const trouble = wanted?.trouble ?? drawn;
  const count = random.between(FAULTS_MIN, FAULTS_MAX);
  const extra = (wanted?.faults ?? []).flatMap((named) => ALL.filter(({ name }) => name === named));
  const faults = [...extra, ...faultsOf(trouble, count, random)].map((fault) => {
    return { fault, inMs: random.between(QUIET_MS, TROUBLE_MS) };
  });
  return { trouble, faults };
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
  }
}
