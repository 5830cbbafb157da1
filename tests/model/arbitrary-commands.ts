import fc from 'fast-check';
import type { DurationMs, EpochMs } from '../../src/base/time.ts';
import { eventStep, type EventStep, type Folk, type Moment } from './arbitrary-event.ts';
import { CUSTOMERS, DURATIONS_MS, SHORT_MS, type World } from './arbitrary-world.ts';
import type { Command } from './command.ts';

export interface HistoryOptions extends Folk {
  readonly world: World;
  readonly clock: 'broker' | 'sender';
  readonly graceMs: DurationMs;
  /** How many commands a history has before it is shrunk; 60 when nothing was said. */
  readonly length?: number | undefined;
}

/*
 * A history is generated as steps that say where they lie to what went before ("an hour after the
 * event before the last one, less a millisecond"), so that windows are left at their very edge, and
 * is then written out as plain commands.
 */

type Step =
  /** The whole message as it was. */
  | { readonly kind: 'again'; readonly back: number }
  /** Its events in another message, about when their ids are forgotten. */
  | { readonly kind: 'resend'; readonly back: number; readonly offsetMs: DurationMs }
  | { readonly kind: 'tick'; readonly moment: Moment; readonly graces: 0 | 1 }
  | {
      readonly kind: 'forget';
      readonly moment: Moment;
      readonly customer: string;
      readonly isCleaned: boolean;
    }
  | {
      readonly kind: 'message';
      readonly moment: Moment;
      readonly producer?: string | undefined;
      /** Sender's clock less broker's; absent: the message does not say. */
      readonly skewMs?: DurationMs | undefined;
      readonly events: readonly EventStep[];
    };

/** How long ids are remembered. */
const TEN_MINUTES_MS = 600_000;

const edge = fc.constantFrom(0, 0, 0, -1, 1);
/** Mostly short, so that a history stays a while where its world has its midnights. */
const length = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, ...SHORT_MS) },
  fc.constantFrom(...DURATIONS_MS),
);
const after = fc.tuple(length, edge).map(([ms, by]) => ms + by);
const index = fc.nat({ max: 4 });
const back = fc.nat({ max: 3 });

/** Windows end at a midnight, and begin at one. */
const around = fc.oneof(
  edge,
  after,
  after.map((ms) => -ms),
);

/** Where a message or a tick lies: never before what went before, `writeOut` sees to that. */
const forward: fc.Arbitrary<Moment> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ from: fc.constant('now'), index: fc.constant(0), offsetMs: after }),
  },
  { weight: 4, arbitrary: fc.record({ from: fc.constant('event'), index, offsetMs: after }) },
  { weight: 3, arbitrary: fc.record({ from: fc.constant('anchor'), index, offsetMs: around }) },
);

/** Event times: mostly now, often the very time of another event, sometimes late or early. */
const written: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Moment>({ from: 'now', index: 0, offsetMs: 0 }) },
  { weight: 2, arbitrary: fc.record({ from: fc.constant('event'), index, offsetMs: edge }) },
  fc.record({ from: fc.constant('event'), index, offsetMs: after }),
  fc.record({ from: fc.constant('now'), index: fc.constant(0), offsetMs: after.map((ms) => -ms) }),
  fc.record({ from: fc.constant('now'), index: fc.constant(0), offsetMs: after }),
  fc.record({ from: fc.constant('anchor'), index, offsetMs: edge }),
);

function step({ world, clock, ...folk }: HistoryOptions): fc.Arbitrary<Step> {
  const skew = fc.constantFrom(0, 0, 0, -1_000, 1_000, 5_000, 5_001, -600_000, 600_000);
  const message = fc.record({
    kind: fc.constant('message'),
    moment: forward,
    producer: fc.constantFrom('g1', 'g2', undefined),
    skewMs: clock === 'sender' ? skew : fc.option(skew, { nil: undefined, freq: 4 }),
    events: fc.array(eventStep(world, written, folk), { minLength: 1, maxLength: 3 }),
  });
  const tick = fc.record({
    kind: fc.constant('tick'),
    moment: forward,
    graces: fc.constantFrom<0 | 1>(1, 1, 0),
  });
  // Rare: for a long time nothing is heard of whoever was forgotten.
  const forget = fc.record({
    kind: fc.constant('forget'),
    moment: forward,
    customer: fc.constantFrom(...(folk.customers ?? CUSTOMERS)),
    isCleaned: fc.constantFrom(false, false, true),
  });
  return fc.oneof(
    { weight: 36, arbitrary: message },
    { weight: 18, arbitrary: tick },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('again'), back }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('resend'), back, offsetMs: edge }) },
    { weight: 1, arbitrary: forget },
  );
}

/** Histories of commands; a failing one shrinks by leaving commands out. */
export function arbitraryCommands(options: HistoryOptions): fc.Arbitrary<Command[]> {
  const maybe = fc.option(step(options), { nil: undefined, freq: 1_000_000 });
  const steps = Array.from({ length: options.length ?? 60 }, () => maybe);
  return fc.tuple(...steps).map((taken) =>
    writeOut(
      taken.filter((one) => one !== undefined),
      options,
    ),
  );
}

/** Steps as plain commands. */
function writeOut(steps: readonly Step[], { world, graceMs }: HistoryOptions): Command[] {
  const commands: Command[] = [];
  const writtenAts: EpochMs[] = [];
  const sent = new Map<string, number>();
  let now = world.startAt;
  const momentAt = ({ from, index, offsetMs }: Moment): EpochMs => {
    if (from === 'now') return now + offsetMs;
    if (from === 'event') return (writtenAts.at(-1 - index) ?? now) + offsetMs;
    return anchorNear(world, now, index) + offsetMs;
  };
  for (const step of steps) {
    if (step.kind === 'again') {
      const earlier = commands.at(-1 - step.back);
      if (earlier?.stamp !== undefined) commands.push({ ...earlier, storedAt: now });
      continue;
    }
    if (step.kind === 'resend') {
      const earlier = commands.at(-1 - step.back);
      if (earlier?.kind !== 'message') continue;
      now = Math.max(now, earlier.storedAt + TEN_MINUTES_MS + step.offsetMs);
      // With `clock: sender` old events do not move stream time: the tick does.
      commands.push({ kind: 'tick', storedAt: now, sentAt: now });
      commands.push({ kind: 'message', storedAt: now, sentAt: now, events: earlier.events });
      continue;
    }
    const graceOfTickMs = step.kind === 'tick' ? step.graces * graceMs : 0;
    now = Math.max(now, momentAt(step.moment) + graceOfTickMs);
    if (step.kind === 'tick') {
      commands.push({ kind: 'tick', storedAt: now, sentAt: now });
      continue;
    }
    if (step.kind === 'forget') {
      const { kind, customer, isCleaned } = step;
      commands.push({ kind, customer, isCleaned, storedAt: now, sentAt: now });
      continue;
    }
    const { producer, skewMs } = step;
    const stamp = producer === undefined ? undefined : { producer, n: nextOf(producer, sent) };
    const events = step.events.map(({ moment, isAnonymous, other, ...event }) => ({
      ...event,
      anonymousId: isAnonymous ? event.customer : other === event.customer ? undefined : other,
      at: momentAt(moment),
    }));
    writtenAts.push(...events.map(({ at }) => at));
    const sentAt = skewMs === undefined ? undefined : now + skewMs;
    commands.push({ kind: 'message', stamp, storedAt: now, sentAt, events });
  }
  return commands;
}

/** The next anchor, or the last that has passed. */
function anchorNear({ anchorAts }: World, now: EpochMs, index: number): EpochMs {
  const toCome = anchorAts.find((at) => at > now);
  const passed = anchorAts.findLast((at) => at <= now) ?? now;
  return index < 3 ? (toCome ?? passed) : passed;
}

/** One producer's numbers come in order, those of `g2` swapped in pairs: 2, 1, 4, 3. */
function nextOf(producer: string, sent: Map<string, number>): number {
  const place = sent.get(producer) ?? 0;
  sent.set(producer, place + 1);
  return producer === 'g2' ? (place ^ 1) + 1 : place + 1;
}
