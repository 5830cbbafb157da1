import type { Memory } from '../src/engine/questions/memory.ts';
import { compete, type Entrant, type Lengths, type Result } from './engine/arena.ts';
import { measurePreview } from './engine/preview.ts';
import type { Load } from './engine/world.ts';
import { ratiosOf, showSpread, spreadOf, table } from './support/figures.ts';

/*
 * The engine alone: one core, decoded events in batches of 256, 200,000 customers of whom a few are
 * busy and most are quiet. Prints ratios between contestants that took turns, and says at its end
 * what it does not measure.
 *
 *   npm run bench -- engine [five | any | growing | naive | naive-growing | kinds | preview]
 */

const FIVE: Load = {
  match: 'five',
  kinds: 'counts',
  rules: 10,
  customers: 200_000,
  hasMessageIds: false,
  interests: 2,
};
/** Each event is of any topic: the more segments, the more events meet a series that is new. */
const ANY: Load = { ...FIVE, interests: undefined };
const GROWING: Load = { ...ANY, match: 'growing' };
const SIZES = [10, 100, 1_000, 10_000];
const PEER_SIZES = [20, 200, 2_000];

/** The widest windows are a week and some hours: after them as much leaves as comes. */
const WARM_EVENTS = 320_000;
const LONG: Lengths = { rounds: 9, warmEvents: WARM_EVENTS, roundEvents: 20_000 };
/** Where an event matches up to a hundred rules, */
const SHORT: Lengths = { ...LONG, roundEvents: 2_000 };
/** and up to five hundred. */
const SHORTEST: Lengths = { ...SHORT, warmEvents: 20_000 };

function engineWith(load: Load): Entrant {
  return { name: `engine, ${load.rules.toLocaleString('en')} segments`, who: 'engine', load };
}

function figuresOf(result: Result): string[] {
  const { median } = spreadOf(result.micros);
  return [median.toFixed(2), Math.round(1e6 / median).toLocaleString('en')];
}

const SERIES_HEAD = ['bytes a customer', 'rest a series', 'unused cells a series', 'series'];

function memoryOf({ memory }: Result): string[] {
  // The engine's own answer; a naive scan has none.
  const found = memory as Memory | undefined;
  if (found === undefined) return SERIES_HEAD.map(() => '–');
  const { customers, series, bitmapBytes } = found;
  return [
    ((customers.restBytes + bitmapBytes) / customers.count).toFixed(0),
    (series.restBytes / series.count).toFixed(1),
    ((series.cellBytes - series.keptBytes) / series.count).toFixed(1),
    series.count.toLocaleString('en'),
  ];
}

/** Prints each contestant with its cost as a multiple of the first one's. */
function show(title: string, results: readonly Result[]): void {
  const [first] = results;
  const rows = results.map((result) => [
    result.name,
    showSpread(ratiosOf(result.micros, first?.micros ?? [])),
    ...figuresOf(result),
    ...memoryOf(result),
  ]);
  const head = ['contestant', 'cost, times the first', 'CPU µs/event', 'events/s', ...SERIES_HEAD];
  console.log(`\n## ${title}\n\n${table(head, rows)}`);
}

async function compareWithNaive(load: Load, lengths: Lengths): Promise<void> {
  const rows: string[][] = [];
  for (const rules of PEER_SIZES) {
    const of = { ...load, rules };
    const [naive, engine] = await compete(
      [
        { name: 'naive', who: 'naive', load: of },
        { name: 'engine', who: 'engine', load: of },
      ],
      lengths,
    );
    if (naive === undefined || engine === undefined) return;
    if (JSON.stringify(naive.end) !== JSON.stringify(engine.end)) {
      throw new Error('they do not agree');
    }
    const ratio = showSpread(ratiosOf(naive.micros, engine.micros));
    const [naiveMicros = ''] = figuresOf(naive);
    rows.push([rules.toLocaleString('en'), ratio, naiveMicros, ...figuresOf(engine)]);
  }
  const head = ['count rules', 'naive ÷ engine', 'naive µs/event', 'engine µs/event', 'events/s'];
  const title = load.match === 'five' ? 'five matches an event' : 'one rule in twenty matches';
  console.log(`\n## Naive scan, ${title} (the same entries and exits)\n\n${table(head, rows)}`);
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  five: async () => {
    const entrants = SIZES.map((rules) => engineWith({ ...FIVE, rules }));
    show('Five matches an event, two topics a customer', await compete(entrants, LONG));
  },
  any: async () => {
    const entrants = SIZES.map((rules) => engineWith({ ...ANY, rules }));
    show('Five matches an event, any topic', await compete(entrants, LONG));
  },
  growing: async () => {
    const entrants = SIZES.map((rules) => engineWith({ ...GROWING, rules }));
    show('One rule in twenty matches', await compete(entrants, SHORTEST));
  },
  naive: () => compareWithNaive(ANY, LONG),
  'naive-growing': () => compareWithNaive(GROWING, SHORT),
  kinds: async () => {
    const plain = { ...ANY, rules: 1_000 };
    const entrants: Entrant[] = [
      { name: 'counts', who: 'engine', load: plain },
      { name: 'with message ids', who: 'engine', load: { ...plain, hasMessageIds: true } },
      {
        name: 'count, sum, average, ever, latest',
        who: 'engine',
        load: { ...plain, kinds: 'mixed' },
      },
    ];
    show('Other loads, 1,000 segments, five matches', await compete(entrants, LONG));
  },
  preview: async () => {
    console.log(`\n## Count of a composed rule, 1,000,000 customers\n\n${measurePreview()}`);
  },
};

const NOT_MEASURED = `
Not measured: decoding, the log, publishing, checkpoints, HTTP; late and early events; attributes,
\`distinct\`, \`lines\`, calendar windows, composed segments, campaigns; more than one engine on the
machine; how long a pause is. The naive scan tells the same entries and exits; it knows no late
events, numbers nothing, and does not survive its process. Figures are CPU time and are of this
machine and of this hour alone; only the ratios of contestants that took turns travel.`;

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
console.log(NOT_MEASURED);
