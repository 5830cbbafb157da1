import type { SegmentId } from '../../base/id.ts';
import { formatInstant, type EpochMs } from '../../base/time.ts';

/** How one segment stands at one instant. */
export interface Answer {
  readonly segment: SegmentId;
  readonly members: number;
  /** SHA-256 of the sorted member ids; reckoned only when it is asked for. */
  readonly digest: () => string;
}

/** Takes the answers of each instant, segments by id, and says what to print. */
export interface AnswerFormat {
  at(at: EpochMs, answers: readonly Answer[]): string;
  end(): string;
}

/** One line of JSON per instant and segment. */
export function jsonAnswers(): AnswerFormat {
  return {
    at: (at, answers) =>
      answers
        .map(({ segment, members, digest }) => {
          const line = { at: formatInstant(at), segment, members, digest: digest() };
          return `${JSON.stringify(line)}\n`;
        })
        .join(''),
    end: () => '',
  };
}

const GAP = '  ';
const COUNT_WIDTH_MIN = 7;

/**
 * A table for people: a row per instant, a column per segment. Segments that do not fit into the
 * width follow in tables of their own.
 */
export function tableAnswers(widthMax: number): AnswerFormat {
  const rows: { readonly at: string; readonly counts: readonly number[] }[] = [];
  let segments: readonly SegmentId[] = [];
  return {
    at: (at, answers) => {
      segments = answers.map(({ segment }) => segment);
      rows.push({ at: formatInstant(at), counts: answers.map(({ members }) => members) });
      return '';
    },
    end: () => {
      if (rows.length === 0) return '';
      const atWidth = rows[0]?.at.length ?? 0;
      return inBlocks(segments, widthMax - atWidth)
        .map(({ from, to }) => {
          const names = segments.slice(from, to);
          const head = ['at'.padEnd(atWidth), ...names.map((name) => name.padStart(wide(name)))];
          const lines = rows.map(({ at, counts }) => [
            at,
            ...names.map((name, i) => String(counts[from + i] ?? 0).padStart(wide(name))),
          ]);
          return [head, ...lines].map((cells) => `${cells.join(GAP)}\n`).join('');
        })
        .join('\n');
    },
  };
}

function wide(name: string): number {
  return Math.max(name.length, COUNT_WIDTH_MIN);
}

/** Neighbouring columns that fit into a width; at least one in each block. */
function inBlocks(names: readonly string[], widthMax: number): { from: number; to: number }[] {
  const blocks: { from: number; to: number }[] = [];
  let width = 0;
  for (const [place, name] of names.entries()) {
    const column = GAP.length + wide(name);
    const block = blocks.at(-1);
    if (block === undefined || width + column > widthMax) {
      blocks.push({ from: place, to: place + 1 });
      width = column;
    } else {
      block.to++;
      width += column;
    }
  }
  return blocks;
}
