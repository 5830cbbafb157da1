import type { Count } from '../../engine/effect.ts';
import type { Bus } from '../../roles/ports/log.ts';
import type { Answers, Query } from '../../wire/questions/query.ts';
import { querySubject } from '../../wire/subject.ts';

/** The figures of a whole cluster at one moment. */
export interface Census {
  readonly events: number;
  readonly customers: number;
  /** Segments that every partition has in force. */
  readonly segments: number;
  readonly counts: ReadonlyMap<string, Count>;
}

const ANSWER_WITHIN_MS = 2_000;

/**
 * Asks the owners of all partitions.
 *
 * @throws ShoalError `no-answer` (retry) while one is not there yet
 */
export async function takeCensus(bus: Bus, partitions: number): Promise<Census> {
  const question = new TextEncoder().encode(JSON.stringify({ type: 'status' } satisfies Query));
  const statuses = await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const answer = await bus.request(querySubject(partition), question, ANSWER_WITHIN_MS);
      // Owners of our own version answer.
      return JSON.parse(new TextDecoder().decode(answer)) as Answers['status'];
    }),
  );
  const counts = new Map<string, Count>();
  for (const status of statuses) {
    for (const [id, count] of Object.entries(status.counts)) {
      const { members, entered, exited } = counts.get(id) ?? NOBODY;
      counts.set(id, {
        members: members + count.members,
        entered: entered + count.entered,
        exited: exited + count.exited,
      });
    }
  }
  return {
    events: statuses.reduce((sum, { events }) => sum + events, 0),
    customers: statuses.reduce((sum, { customers }) => sum + customers, 0),
    segments: Math.min(...statuses.map(({ counts: own }) => Object.keys(own).length)),
    counts,
  };
}

const NOBODY: Count = { members: 0, entered: 0, exited: 0 };
