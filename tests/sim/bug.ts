import type { OwnerWorld } from '../../src/roles/owner/world.ts';
import type { Trouble } from './plan.ts';
import type { SimProcess } from './process.ts';
import type { RelayPorts } from './joins/relay-processes.ts';
import type { Site } from './site.ts';
import type { World } from './world.ts';

export type OwnerPorts = Pick<OwnerWorld, 'log' | 'checkpoints' | 'leases' | 'suspects'>;

/** A mistake in the protocol, made on purpose: the simulator must find it. */
export interface Bug {
  /** Goes on after "finds who". */
  readonly name: string;
  /** The trouble, and names of faults, that lead to where it shows. */
  readonly shownBy?: { readonly trouble: Trouble; readonly faults: readonly string[] };
  /** The ports of a process that makes the mistake. */
  readonly wrap?:
    | ((
        ports: OwnerPorts,
        place: { readonly site: Site; readonly process: SimProcess },
      ) => OwnerPorts)
    | undefined;
  /** The ports of a relay that makes the mistake. */
  readonly relay?: ((ports: RelayPorts, world: World) => RelayPorts) | undefined;
  /** Makes the mistake in the code itself. @returns how to undo it */
  readonly plant?: (() => () => void) | undefined;
}
