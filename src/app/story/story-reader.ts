import { ShoalError } from '../../base/error.ts';
import { parseDate, utcOfDate, type EpochMs } from '../../base/time.ts';
import { UTC, type Zone } from '../../base/zone.ts';
import { parseSegmentTexts, readSegmentTexts, type SegmentText } from '../segment-files.ts';
import { zoneOf } from '../zone.ts';
import { StoryClock } from './story-clock.ts';
import { LINE_HINT, readStep } from './story-step.ts';
import { linesOf, type StoryLine } from './story-text.ts';
import type { Step, Story } from './story.ts';

/** Monday, 5 January 2026: what `d1` is where a story does not say when it starts. */
const START_MS = Date.UTC(2026, 0, 5);

/** A story as far as its lines go. */
interface Draft {
  readonly title: string;
  /** Where it begins. */
  readonly line: number;
  readonly head: readonly StoryLine[];
  readonly lines: readonly StoryLine[];
}

interface Section extends Draft {
  readonly head: StoryLine[];
  readonly lines: StoryLine[];
}

/** What the lines before the first step say. */
interface Setting {
  readonly zone: Zone;
  readonly startMs: EpochMs;
  readonly texts: readonly SegmentText[];
}

/**
 * Reads the stories of a text, and the segments that they use.
 *
 * @param file as people know it, for the messages
 * @throws ShoalError `story-invalid` (refuse-input); ShoalErrors when segments are wrong
 */
export async function readStories(text: string, file: string): Promise<readonly Story[]> {
  const stories: Story[] = [];
  for (const draft of draftsOf(linesOf(text), file)) {
    const { zone, startMs, texts } = await readSetting(draft.head, file);
    const steps = readSteps(draft.lines, new StoryClock(zone, startMs), file);
    const segments = parseSegmentTexts(texts);
    if (steps.length === 0) refuse(file, draft, 'in this story nothing happens', LINE_HINT);
    checkExpected(steps, new Set(segments.map(({ id }) => id)), file);
    stories.push({ title: draft.title, file, zone, segments, steps });
  }
  return stories;
}

const DIRECTIVE = /^(zone|start|use|define)\s+/;
const TITLE = /^story\s+(\S.*)$/;

/** What stands before the first story is said to all of them. */
function draftsOf(lines: readonly StoryLine[], file: string): Draft[] {
  const common: Section = { title: file, line: 1, head: [], lines: [] };
  const sections: Section[] = [];
  let section = common;
  for (const line of lines) {
    const title = TITLE.exec(line.text)?.[1];
    if (title !== undefined) {
      section = { title, line: line.line, head: [...common.head], lines: [] };
      sections.push(section);
    } else if (DIRECTIVE.test(line.text)) {
      if (section.lines.length > 0) {
        refuse(file, line, 'this comes after the first event', 'move it up');
      }
      section.head.push(line);
    } else section.lines.push(line);
  }
  const [first] = common.lines;
  if (first !== undefined && sections.length > 0) {
    refuse(file, first, 'this belongs to no story', 'give it a story of its own');
  }
  return sections.length > 0 ? sections : [common];
}

async function readSetting(head: readonly StoryLine[], file: string): Promise<Setting> {
  let zone = UTC;
  let startMs = START_MS;
  const texts: SegmentText[] = [];
  for (const line of head) {
    const [, word, rest = ''] = /^(\w+)\s+(.*)$/.exec(line.text) ?? [];
    if (word === 'zone') zone = zoneOf(rest, START_MS);
    else if (word === 'start') startMs = readStart(rest, line, file);
    else if (word === 'use') texts.push(...(await readSegmentTexts([rest])));
    else texts.push(definition(rest, line, file));
  }
  return { zone, startMs, texts };
}

function readStart(text: string, line: StoryLine, file: string): EpochMs {
  const date = parseDate(text);
  const startMs = date && utcOfDate(date.year, date.month, date.day);
  return startMs ?? refuse(file, line, `"${text}" is no date`, 'such as start 2026-03-01');
}

function definition(text: string, line: StoryLine, file: string): SegmentText {
  const [, id = '', rule = ''] = /^([^\s{]+)\s*(\{.*\})$/.exec(text) ?? [];
  if (rule === '') {
    const hint = 'such as define recent { event: Order Completed, within: 1h }';
    refuse(file, line, 'this defines no segment', hint);
  }
  return { name: `${id}.yaml`, text: `rule: ${rule}`, shownAs: `${file}: line ${line.line}` };
}

function readSteps(lines: readonly StoryLine[], clock: StoryClock, file: string): Step[] {
  const steps: Step[] = [];
  for (const line of lines) {
    const step = readStep(line, clock, (message, hint) => refuse(file, line, message, hint));
    const before = steps.at(-1);
    if (before !== undefined && step.at < before.at) {
      const hint = 'an event that comes late has its own time behind it: 10:00 ann Order @09:00';
      refuse(file, line, 'time goes backwards', hint);
    }
    steps.push(step);
  }
  return steps;
}

function checkExpected(steps: readonly Step[], known: ReadonlySet<string>, file: string): void {
  for (const step of steps) {
    const stranger = step.expected.find(({ segment }) => !known.has(segment))?.segment;
    if (stranger === undefined) continue;
    const hint = `the segments are ${[...known].join(', ')}`;
    refuse(file, step, `there is no segment "${stranger}"`, hint);
  }
}

function refuse(
  file: string,
  { line }: Pick<StoryLine, 'line'>,
  what: string,
  hint: string,
): never {
  throw new ShoalError({
    code: 'story-invalid',
    remedy: 'refuse-input',
    message: what,
    where: `${file}: line ${line}`,
    hint,
  });
}
