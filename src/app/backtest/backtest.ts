import { compareUtf8 } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Definitions } from '../../compile/definitions.ts';
import type { Answer, AnswerFormat } from './answers.ts';
import { archiveFiles } from './archive-files.ts';
import { makeFolder, openOutputFile, writeMembers } from './output-files.ts';
import { replay, spanOf } from './replay.ts';
import type { BacktestReport } from './report.ts';
import { Roll } from './roll.ts';
import { scheduleOf, type Wishes } from './schedule.ts';
import { TransitionLines } from './transition-lines.ts';
import { VirtualEngine } from './virtual-engine.ts';

/** What a backtest is to do (contract section 4). */
export interface Backtest {
  readonly definitions: Definitions;
  /** Files of events, in the order that decides between equal event times. */
  readonly events: readonly string[];
  readonly wishes: Wishes;
  readonly format: AnswerFormat;
  /** A folder for the members of each segment at each instant. */
  readonly members?: string | undefined;
  /** A file for the transitions. */
  readonly transitions?: string | undefined;
  readonly report: BacktestReport;
  /** Prints text on standard output, and waits until there is room for more. */
  readonly print: (text: string) => Promise<void>;
}

/**
 * Feeds the real engine with the events of some files, on a virtual clock, and prints the answers.
 *
 * @throws ShoalError `file-unreadable` (refuse-input), `output-unwritable` (stop)
 */
export async function runBacktest(backtest: Backtest): Promise<void> {
  const { definitions, events, wishes, report, format, print } = backtest;
  // What cannot be written is found out before the work is done.
  if (backtest.members !== undefined) await makeFolder(backtest.members);
  const file = backtest.transitions && (await openOutputFile(backtest.transitions));
  try {
    const archive = await archiveFiles(events, report);
    const span = spanOf(archive);
    const schedule = scheduleOf(wishes, span);
    const engine = new VirtualEngine(definitions, span?.firstAt ?? 0);
    if (schedule !== undefined) {
      const answersAt = answering(engine, backtest.members);
      const lines = new TransitionLines();
      await replay(archive, engine, schedule, {
        answer: async (at) => print(format.at(at, await answersAt(at))),
        progress: async (done) => {
          report.replayed(done, archive.count);
          const transitions = engine.takeTransitions();
          if (!file) return;
          lines.add(transitions);
          if (done === archive.count) lines.end();
          await file.write(lines.take());
        },
      });
    }
    report.end();
    await print(format.end());
    report.summary(archive.count, engine.state.customers.count);
  } finally {
    report.end();
    if (file) await file.close();
  }
}

/** @returns what gives the answers of an instant at which the engine stands, segments by id */
function answering(
  engine: VirtualEngine,
  folder: string | undefined,
): (at: EpochMs) => Promise<readonly Answer[]> {
  const { plan, membership } = engine.state;
  const roll = new Roll(engine.state);
  const segments = plan.segments
    .map(({ id }, place) => ({ id, place }))
    .toSorted((a, b) => compareUtf8(a.id, b.id));
  return async (at) => {
    if (folder !== undefined) {
      for (const { id, place } of segments) {
        await writeMembers(folder, id, at, roll.idsOf(place));
      }
    }
    return segments.map(({ id, place }) => ({
      segment: id,
      members: membership.count(place).members,
      digest: () => roll.digestOf(place),
    }));
  };
}
