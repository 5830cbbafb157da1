import type { LetterEntry } from '../../../src/roles/ports/ledger.ts';

/** What there is to be held against each other after a run. */
export interface Evidence {
  /** The letters that were due. */
  readonly due: readonly string[];
  /** The letters that the server has taken, as often as it has. */
  readonly accepted: readonly string[];
  readonly entries: ReadonlyMap<string, LetterEntry>;
  /** By letter: what was told of it, as JSON. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Verdict {
  readonly letters: number;
  readonly accepted: number;
  readonly sent: number;
  readonly failed: number;
  readonly unknown: number;
  /** Of the unknown ones the server has so many. */
  readonly unknownArrived: number;
  /** Letters that the server has taken more than once. */
  readonly doubled: number;
  /** What is otherwise than it should be, in words. */
  readonly faults: readonly string[];
}

const ENDS: ReadonlySet<string> = new Set(['sent', 'failed', 'unknown', 'skipped']);

export function judge({ due, accepted, entries, told }: Evidence): Verdict {
  const times = new Map<string, number>();
  for (const letter of accepted) times.set(letter, (times.get(letter) ?? 0) + 1);
  const states = (state: string): string[] => due.filter((id) => entries.get(id)?.state === state);
  const faults = due.flatMap((id) => faultsOf(id, entries.get(id), times.has(id), told.get(id)));
  const unknown = states('unknown');
  return {
    letters: due.length,
    accepted: accepted.length,
    sent: states('sent').length,
    failed: states('failed').length,
    unknown: unknown.length,
    unknownArrived: unknown.filter((id) => times.has(id)).length,
    doubled: [...times.values()].filter((count) => count > 1).length,
    faults,
  };
}

function faultsOf(
  id: string,
  entry: LetterEntry | undefined,
  hasArrived: boolean,
  told: ReadonlySet<string> | undefined,
): string[] {
  const state = entry?.state ?? 'nothing';
  const said = [...(told ?? [])].map((each): unknown => JSON.parse(each)).join(' and ');
  return [
    ...(ENDS.has(state) ? [] : [`letter ${id} has no end: ${state}`]),
    ...(hasArrived && state !== 'sent' && state !== 'unknown'
      ? [`letter ${id} has arrived, and the ledger says ${state}`]
      : []),
    ...(state === 'sent' && !hasArrived ? [`letter ${id} is said to be sent, and is not`] : []),
    ...(said === state ? [] : [`letter ${id} is ${state}, and told as ${said || 'nothing'}`]),
  ];
}
