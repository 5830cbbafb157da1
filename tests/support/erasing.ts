import type { PendingErasure } from '../../src/roles/ports/forgetting.ts';
import type { ErasingWorld } from '../../src/roles/owner/world.ts';

/** What erasing needs of the world, in memory; nobody reads transitions, nobody keeps anything. */
export function memoryErasing(): ErasingWorld {
  const pending = new Map<number, Map<string, PendingErasure>>();
  const of = (partition: number): Map<string, PendingErasure> => {
    const found = pending.get(partition) ?? new Map<string, PendingErasure>();
    pending.set(partition, found);
    return found;
  };
  return {
    pending: {
      all: async (partition) => [...of(partition).values()],
      put: async (partition, one) => void of(partition).set(one.id, one),
      drop: async (partition, id) => void of(partition).delete(id),
    },
    positions: { position: async () => 0 },
    stores: [],
    file: { rewrite: async () => 'done' },
  };
}
