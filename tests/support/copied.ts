import type { LiveSection } from '../../src/engine/protocol.ts';
import {
  ChunkBuffers,
  copyState,
  type SectionCopy,
} from '../../src/roles/owner/checkpoint/state-copy.ts';

/** Copies a state at once. */
export function copied(
  sections: Iterable<LiveSection>,
  buffers = new ChunkBuffers(),
): SectionCopy[] {
  const copying = copyState(sections, buffers);
  for (;;) {
    const step = copying.next();
    if (step.done === true) return step.value;
  }
}
