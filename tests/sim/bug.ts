import type { OwnerWorld } from '../../src/roles/owner/world.ts';
import type { Trouble } from './plan.ts';
import type { SimProcess } from './process.ts';
import type { World } from './world.ts';

export type OwnerPorts = Pick<OwnerWorld, 'log' | 'checkpoints' | 'leases' | 'suspects'>;

/** A mistake in the protocol, made on purpose: the simulator must find it. */
export interface Bug {
  /** Goes on after "an owner who". */
  readonly name: string;
  /** The trouble, and names of faults, that lead to where it shows. */
  readonly shownBy?: { readonly trouble: Trouble; readonly faults: readonly string[] };
  /** The ports of a process that makes the mistake. */
  readonly wrap?:
    | ((
        ports: OwnerPorts,
        place: { readonly world: World; readonly process: SimProcess },
      ) => OwnerPorts)
    | undefined;
  /** Makes the mistake in the code itself. @returns how to undo it */
  readonly plant?: (() => () => void) | undefined;
}
