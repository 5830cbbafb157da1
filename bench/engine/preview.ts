import { Partition } from '../../src/engine/partition.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { showSpread, spreadOf, table } from '../support/figures.ts';
import { definitionsOf, rulesOf, Stream, type Load } from './world.ts';

/** Twenty conditions, each of which holds for about a seventh of the customers. */
const LOAD: Load = {
  match: 'growing',
  kinds: 'counts',
  rules: 20,
  customers: 1_000_000,
  hasMessageIds: false,
};
const EVENTS_PER_CUSTOMER = 3;
const EVER = { kind: 'ever' } as const;
const ONCE = { op: 'atLeast', value: 1 } as const;
const BATCH = 10_000;
const ROUNDS = 51;

/** How long a partition of a million customers takes to count who fits rules nobody has asked. */
export function measurePreview(): string {
  const partition = crowded();
  const rows = Object.entries(composed()).map(([name, rule]) => {
    const millis: number[] = [];
    let count = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now();
      count = partition.questions.countOf(rule) ?? Number.NaN;
      millis.push(performance.now() - startedAt);
    }
    return [name, count.toLocaleString('en'), showSpread(spreadOf(millis))];
  });
  return table(['rule', 'customers', 'ms'], rows);
}

function crowded(): Partition {
  const partition = new Partition({
    clock: 'broker',
    graceMs: 0,
    dedupWindowMs: 600_000,
    dedupIdsMax: 100_000,
    partitions: 1,
  });
  const stream = new Stream(LOAD);
  partition.apply({ storedAt: 0, body: { kind: 'define', definitions } });
  const feed = (events: Parameters<typeof batch>[0]): void => {
    partition.apply(batch(events));
  };
  const introductions = [...stream.introductions()];
  const introduced = introductions.map(({ customer }) => customer);
  for (let from = 0; from < introductions.length; from += BATCH) {
    feed(introductions.slice(from, from + BATCH));
  }
  for (let fed = 0; fed < LOAD.customers * EVENTS_PER_CUSTOMER; fed += BATCH) {
    const customers = introduced.slice(fed % LOAD.customers, (fed % LOAD.customers) + BATCH);
    feed(stream.take(BATCH).map((event, i) => ({ ...event, customer: customers[i] ?? '' })));
  }
  return partition;
}

function batch(events: ReturnType<Stream['take']>): Parameters<Partition['apply']>[0] {
  return { storedAt: events.at(-1)?.at ?? 0, body: { kind: 'events', events, history: false } };
}

const conditions = rulesOf(LOAD).map((rule) => ({ ...rule, window: EVER, comparison: ONCE }));
const definitions: Definitions = {
  ...definitionsOf(LOAD),
  segments: conditions.map((rule, i) => ({ id: `segment-${i}`, name: `segment-${i}`, rule })),
};

function composed(): Record<string, Rule> {
  const [a, b, c, d] = conditions;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return {};
  const [segment] = definitions.segments;
  const not = (rule: Rule): Rule => ({ kind: 'not', rule });
  return {
    'one condition': a,
    'all of two': { kind: 'all', rules: [a, b] },
    'not one': not(a),
    'any of all and not, and a segment': {
      kind: 'any',
      rules: [
        { kind: 'all', rules: [a, not(b)] },
        { kind: 'all', rules: [not(c), not(d)] },
        { kind: 'segment', segment: segment?.id ?? '' },
      ],
    },
    'any of twenty': { kind: 'any', rules: conditions },
  };
}
