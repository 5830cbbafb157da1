import { ShoalError } from '../../base/error.ts';
import { parseDate, utcOfDate, type EpochMs } from '../../base/time.ts';
import { UTC, type Zone } from '../../base/zone.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { needsLocalTime } from '../../compile/wait.ts';
import { NO_PRIVATE_NAMES, type PrivateNames } from '../../rules/private/names.ts';
import type { Segment } from '../../rules/rule.ts';
import { parseSegmentTexts, readSegmentTexts, type SegmentText } from '../segment-files.ts';
import { zoneOf } from '../zone.ts';
import { zoneTable } from '../zone-table.ts';
import { campaignsOf } from './story-campaigns.ts';
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
  readonly campaigns: readonly SegmentText[];
}

/**
 * Reads the stories of a text, and the segments that they use.
 *
 * @param file as people know it, for the messages
 * @param privateNames of whose values no rule may ask
 * @throws ShoalError `story-invalid` (refuse-input); ShoalErrors when segments are wrong
 */
export async function readStories(
  text: string,
  file: string,
  privateNames: PrivateNames = NO_PRIVATE_NAMES,
): Promise<readonly Story[]> {
  const stories: Story[] = [];
  for (const draft of draftsOf(linesOf(text), file)) {
    const setting = await readSetting(draft.head, file);
    const { zone, startMs, texts } = setting;
    const steps = readSteps(draft.lines, new StoryClock(zone, startMs), file);
    const segments = parseSegmentTexts(texts, privateNames);
    const campaigns = campaignsOf(setting.campaigns, segments, privateNames);
    if (steps.length === 0) refuse(file, draft, 'in this story nothing happens', LINE_HINT);
    checkExpected(steps, segments, campaigns, file);
    const zones = campaigns.some(needsLocalTime) ? zoneTable(startMs) : undefined;
    stories.push({ title: draft.title, file, zone, zones, segments, campaigns, steps });
  }
  return stories;
}

const DIRECTIVE = /^(zone|start|use|define|campaign)\s+/;
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
  const campaigns: SegmentText[] = [];
  for (const line of head) {
    const [, word, rest = ''] = /^(\w+)\s+(.*)$/.exec(line.text) ?? [];
    if (word === 'zone') zone = zoneOf(rest, START_MS);
    else if (word === 'start') startMs = readStart(rest, line, file);
    else if (word === 'use') texts.push(...(await readSegmentTexts([rest])));
    else if (word === 'define') texts.push(definition('rule: ', rest, line, file));
    else campaigns.push(definition('', rest, line, file));
  }
  return { zone, startMs, texts, campaigns };
}

function readStart(text: string, line: StoryLine, file: string): EpochMs {
  const date = parseDate(text);
  const startMs = date && utcOfDate(date.year, date.month, date.day);
  return startMs ?? refuse(file, line, `"${text}" is no date`, 'such as start 2026-03-01');
}

/** @param key what the mapping is the value of, in a file of its own; empty: it is all of it */
function definition(key: string, text: string, line: StoryLine, file: string): SegmentText {
  const [, id = '', mapping = ''] = /^([^\s{]+)\s*(\{.*\})$/.exec(text) ?? [];
  if (mapping === '') {
    const [what, hint] =
      key === ''
        ? ['this is no campaign', 'such as campaign cart { when: { event: Product Added } }']
        : ['this defines no segment', 'such as define recent { event: A, within: 1h }'];
    refuse(file, line, what, hint);
  }
  return { name: `${id}.yaml`, text: key + mapping, shownAs: `${file}: line ${line.line}` };
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

function checkExpected(
  steps: readonly Step[],
  segments: readonly Segment[],
  campaigns: readonly Campaign[],
  file: string,
): void {
  for (const step of steps) {
    for (const { kind, id } of step.expected) {
      const isOfSegment = kind === 'entry' || kind === 'exit';
      const known: string[] = (isOfSegment ? segments : campaigns).map((one) => one.id);
      if (known.includes(id)) continue;
      const what = isOfSegment ? 'segment' : 'campaign';
      refuse(file, step, `there is no ${what} "${id}"`, `the ${what}s are ${known.join(', ')}`);
    }
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
