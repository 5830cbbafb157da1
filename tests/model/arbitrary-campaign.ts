import fc from 'fast-check';
import { isObject, type Json } from '../../src/base/json.ts';
import type { Campaign, Happening, Occasion, Wait } from '../../src/campaign/campaign.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { campaignOf } from '../support/campaign.ts';
import { arbitraryCommands } from './arbitrary-commands.ts';
import { arbitraryFilter, arbitraryMatcher } from './arbitrary-filter.ts';
import { arbitrarySegments } from './arbitrary-rule.ts';
import { DURATIONS_MS, EVENTS, SEGMENTS, SHORT_MS, SILENCES_MS } from './arbitrary-world.ts';
import { WORLDS, type World } from './arbitrary-world.ts';
import type { Case } from './arbitrary.ts';
import { caseText } from './arbitrary.ts';
import type { Command } from './command.ts';

/** A history with campaigns. Plain data. */
export interface CampaignCase extends Case {
  readonly campaigns: readonly Campaign[];
  readonly partitions: number;
}

/** Where recipients live, as far as they say; there is no zone of the last names. */
export const ZONES = ['America/Sao_Paulo', 'Asia/Kolkata', 'Europe/Berlin'] as const;
const TIMEZONES: readonly Json[] = [...ZONES, 'Mars/Olympus', 5, null];

const MINUTE_MS = 60_000;
const segment = fc.constantFrom(...SEGMENTS.slice(0, 2));
/** Mostly short, so that many waits end in a history, and often at the very instant of an event. */
const length = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SHORT_MS) },
  fc.constantFrom(0, ...DURATIONS_MS),
);

/** Mostly wide, so that campaigns meet what happens. */
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('changed'),
    attribute: fc.option(fc.constantFrom('category', 'price', 'timezone'), { nil: undefined }),
    from: fc.option(arbitraryMatcher, { nil: undefined, freq: 2 }),
    to: fc.option(arbitraryMatcher, { nil: undefined, freq: 2 }),
  }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('entered', 'exited'), segment }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('event'),
      events: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...EVENTS).map((name) => [name]) },
        fc.constantFrom(['*'], ['$page'], ['$identify'], ['Order Completed', 'Product Viewed']),
      ),
      where: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, arbitraryFilter),
    }),
  },
);

function mailing({ startAt, anchorAts }: World): fc.Arbitrary<Occasion> {
  const soon = fc.constantFrom(10, 1_000, 600_000, 3_600_000).map((ms) => startAt + ms);
  return fc.record({
    kind: fc.constant('at'),
    at: fc.oneof({ weight: 3, arbitrary: soon }, fc.constantFrom(...anchorAts.slice(0, 2))),
    segment,
    perSecond: fc.constantFrom(1, 2, 3, 7, 1_000),
  });
}

/** Times of day near the beginning of a history, by whichever clock. */
function minuteOfDay({ startAt, anchorAts }: World): fc.Arbitrary<number> {
  const near = fc.constantFrom(startAt, ...anchorAts.slice(0, 2)).map((at) => at / MINUTE_MS);
  const zone = fc.constantFrom(0, 0, 60, 120, -180, -120, 330);
  return fc
    .tuple(near, zone, fc.constantFrom(0, 0, 1, 10, 59, 60, 150, 600))
    .map(([at, offset, by]) => (((at + offset + by) % 1_440) + 1_440) % 1_440);
}

function wait(world: World): fc.Arbitrary<Wait> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('for'), ms: length }) },
    fc.record({ kind: fc.constant('until'), minuteOfDay: minuteOfDay(world), afterMs: length }),
  );
}

function campaigns(world: World): fc.Arbitrary<Campaign[]> {
  const quiet = fc
    .record({ fromMinute: minuteOfDay(world), toMinute: minuteOfDay(world) })
    .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute);
  const one = fc.record({
    when: fc.oneof({ weight: 4, arbitrary: happening }, mailing(world)),
    wait: wait(world),
    until: fc.array(happening, { maxLength: 2 }),
    reentry: fc.oneof(
      fc.constantFrom({ kind: 'always' as const }, { kind: 'once' as const }),
      fc.constantFrom(...DURATIONS_MS).map((ms) => ({ kind: 'span' as const, ms })),
    ),
    quietHours: fc.option(quiet, { nil: undefined, freq: 2 }),
  });
  return fc
    .array(one, { minLength: 1, maxLength: 4 })
    .map((all) => all.map((given, i) => campaignOf({ ...given, id: `c${i}` })));
}

/** Those who tell something of themselves say where they live too. */
function settled(commands: readonly Command[]): Command[] {
  const tell = (event: CustomerEvent): CustomerEvent => {
    if (event.type !== 'identify' || !isObject(event.properties)) return event;
    const timezone = TIMEZONES[Math.abs(event.at) % (TIMEZONES.length + 2)];
    if (timezone === undefined) return event;
    return { ...event, properties: { ...event.properties, timezone } };
  };
  return commands.map((command): Command =>
    command.kind === 'message' ? { ...command, events: command.events.map(tell) } : command,
  );
}

export function arbitraryCampaignCase(commandsMax: number): fc.Arbitrary<CampaignCase> {
  const setting = fc.record({
    world: fc.constantFrom(...WORLDS),
    clock: fc.constantFrom('broker', 'sender'),
    graceMs: fc.constantFrom(1_000, 0, 10),
    // Where it is not one, so many that a mailing lasts, and others happen meanwhile.
    partitions: fc.constantFrom(1, 1, 2, 600),
  });
  return setting.chain(({ world, clock, graceMs, partitions }) =>
    fc.record({
      zone: fc.constant(world.zone),
      clock: fc.constant(clock),
      graceMs: fc.constant(graceMs),
      forgetAnonymousAfterMs: fc.constantFrom(...SILENCES_MS),
      segments: arbitrarySegments({ nodes: 'core', world }, 2),
      commands: arbitraryCommands({
        ...{ world, clock, graceMs, length: commandsMax },
        // One engine does not see what customers of others become.
        joins: partitions === 1 ? 'rare' : 'none',
      }).map(settled),
      campaigns: campaigns(world),
      partitions: fc.constant(partitions),
    }),
  );
}

export function campaignCaseText(run: CampaignCase): string {
  const lines = run.campaigns.map((campaign) => `campaign ${JSON.stringify(campaign)}`);
  return [`partitions ${run.partitions}`, ...lines, caseText(run)].join('\n');
}
