import fc from 'fast-check';
import type { DurationMs } from '../../src/base/time.ts';
import type { Segment } from '../../src/rules/rule.ts';
import { arbitraryCommands } from './arbitrary-commands.ts';
import type { Folk } from './arbitrary-event.ts';
import { arbitrarySegments } from './arbitrary-rule.ts';
import { SILENCES_MS, WORLDS } from './arbitrary-world.ts';
import type { Command } from './command.ts';
import { commandLines } from './command.ts';

/** All that a run of engine and model side by side needs. Plain data. */
export interface Case {
  /** IANA name. */
  readonly zone: string;
  readonly clock: 'broker' | 'sender';
  readonly graceMs: DurationMs;
  readonly forgetAnonymousAfterMs?: DurationMs | undefined;
  readonly segments: readonly Segment[];
  readonly commands: readonly Command[];
}

export interface CaseOptions extends Folk {
  readonly nodes: 'core' | 'whole';
  /** How many commands; 60 when nothing was said. */
  readonly length?: number | undefined;
  /** How many segments, at most 4; 3 when nothing was said. */
  readonly segments?: number | undefined;
}

export function arbitraryCase({
  nodes,
  length,
  segments,
  ...folk
}: CaseOptions): fc.Arbitrary<Case> {
  const setting = fc.record({
    world: fc.constantFrom(...WORLDS),
    clock: fc.constantFrom('broker', 'sender'),
    graceMs: fc.constantFrom(1_000, 0, 10),
  });
  return setting.chain(({ world, clock, graceMs }) =>
    fc.record({
      zone: fc.constant(world.zone),
      clock: fc.constant(clock),
      graceMs: fc.constant(graceMs),
      forgetAnonymousAfterMs: fc.constantFrom(...SILENCES_MS),
      segments: arbitrarySegments({ nodes, world }, segments),
      commands: arbitraryCommands({ world, clock, graceMs, length, ...folk }),
    }),
  );
}

/** A case as a person reads it. */
export function caseText(run: Case): string {
  const { zone, clock, graceMs, segments, commands, forgetAnonymousAfterMs: silenceMs } = run;
  const rules = segments.map(({ id, rule }) => `segment ${id} ${JSON.stringify(rule)}`);
  return [
    `zone ${zone}, clock ${clock}, grace ${graceMs} ms, silence ${silenceMs ?? 'for ever'} ms`,
    ...rules,
    commandLines(commands),
  ].join('\n');
}
