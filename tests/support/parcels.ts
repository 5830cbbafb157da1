import { partitionOf } from '../../src/base/hash.ts';
import type { Forgotten, Passed } from '../../src/engine/effect.ts';
import type { Parcel } from '../../src/engine/parcel.ts';
import type { Log } from '../../src/roles/ports/log.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import { eventsStream } from '../../src/wire/subject.ts';
import { readStream } from './stream.ts';

/** A parcel in the log that it was carried into. */
export interface ArrivedParcel {
  readonly source: number;
  readonly sentAt: number | undefined;
  readonly n: number;
  readonly passed: Passed;
}

/** What has been carried into a partition's log, in its order, repeats and all. */
export async function arrivedIn(log: Log, partition: number): Promise<ArrivedParcel[]> {
  const messages = await readStream(log, eventsStream(partition));
  return messages.flatMap(({ headers, body }) => {
    const message = decodeLogMessage(headers, body);
    if (message.kind !== 'passed') return [];
    const { source, sentAt, items } = message;
    return items.map(({ n, passed }) => ({ source, sentAt, n, passed }));
  });
}

/** What the engine of a partition takes of it: of each source what is above all before. */
export function taken(arrived: readonly ArrivedParcel[], source: number): number[] {
  const numbers: number[] = [];
  for (const parcel of arrived) {
    if (parcel.source === source && parcel.n > (numbers.at(-1) ?? 0)) numbers.push(parcel.n);
  }
  return numbers;
}

/** The name of someone whose partition this is. */
export function someoneOf(partition: number, partitions: number, name = 'c'): string {
  let i = 0;
  while (partitionOf(`${name}${i}`, partitions) !== partition) i++;
  return `${name}${i}`;
}

const JOIN: Parcel = { type: 'join', into: 'k', isExplicit: false, isHistory: false };

export function passed(to: string, parcel: Parcel = JOIN, customer = 'k', at = 1_000): Passed {
  return { kind: 'passed', at, customer, why: 'event', to, via: [], parcel };
}

/** One slice of what is kept of a customer. */
export function slice(id: string, place = 0, slices = 1, text = '{}'): Parcel {
  return { type: 'merge', id, slice: place, slices, text };
}

export function forgotten(customer: string, at = 1_000): Forgotten {
  return { kind: 'forgotten', at, customer, why: 'forget' };
}
