import type { ShoalError } from '../base/error.ts';
import { ID_PATTERN, type SegmentId } from '../base/id.ts';
import { isObject, own } from '../base/json.ts';
import { Faults, keysAmong, readMapping, readText, show, type Place } from './fault.ts';
import { RULE_KINDS, parseRule, type Reference } from './parse-rule.ts';
import { NO_PRIVATE_NAMES, type PrivateNames } from './private/names.ts';
import type { Segment } from './rule.ts';
import { SEGMENT_KEYS } from './schema.ts';
import { readYaml } from './yaml-text.ts';

/** The text of a file that defines something, and the file's name without its folder. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** What was read of one segment's file. */
export interface ParsedSegment {
  /** The file's name without its ending, even when it is no id. */
  readonly id: SegmentId;
  /** The file as people know it, such as `config/segments/vip.yaml`. */
  readonly file: string;
  /** Undefined when there are errors. */
  readonly segment: Segment | undefined;
  readonly errors: readonly ShoalError[];
  /** The segments that its rule names; whether they exist only the folder knows. */
  readonly references: readonly Reference[];
}

const ENDING = '.yaml';

/**
 * Reads the file of one segment. Never throws: whatever is wrong is among the errors, all at once.
 *
 * @param folder as people know it, for the messages: `config/segments`
 * @param privateNames of whose values no rule may ask
 */
export function parseSegment(
  source: SourceFile,
  folder: string,
  privateNames: PrivateNames = NO_PRIVATE_NAMES,
): ParsedSegment {
  const file = folder === '' ? source.name : `${folder}/${source.name}`;
  const faults = new Faults(file);
  const id = readId(source.name, faults);
  const value = readYaml(source.text, faults);
  const content = value === undefined ? NOTHING : readContent(value, id, faults, privateNames);
  const segment = faults.errors.length > 0 ? undefined : content.segment;
  return { id, file, segment, errors: faults.errors, references: content.references };
}

const NOTHING: Pick<ParsedSegment, 'segment' | 'references'> = {
  segment: undefined,
  references: [],
};

function readContent(
  value: unknown,
  id: SegmentId,
  faults: Faults,
  privateNames: PrivateNames,
): typeof NOTHING {
  if (isObject(value) && own(value, 'rule') === undefined) {
    const [kind] = keysAmong(value, RULE_KINDS);
    const hint = kind === undefined ? 'such as rule: { event: Order Completed }' : undefined;
    faults.add('', '"rule" is missing', hint ?? `put "${kind}" under rule:`);
    if (kind !== undefined) return NOTHING;
  }
  const fields = readMapping(value, SEGMENT_KEYS, 'a segment', '', faults);
  if (fields === undefined) return NOTHING;
  const name = readOptionalText(own(fields, 'name'), 'name', faults) ?? id;
  const description = readOptionalText(own(fields, 'description'), 'description', faults);
  if (own(fields, 'rule') === undefined) return NOTHING;
  const { rule, references } = parseRule(own(fields, 'rule'), 'rule', faults, privateNames);
  if (rule === undefined) return { segment: undefined, references };
  const described = description === undefined ? {} : { description };
  return { segment: { id, name, ...described, rule }, references };
}

function readId(name: string, faults: Faults): SegmentId {
  if (!name.endsWith(ENDING)) {
    const message = `the file ${show(name)} does not end in "${ENDING}"`;
    faults.add('', message, 'a segment is one file, <id>.yaml');
    return name.replace(/\.[^.]*$/, '');
  }
  const id = name.slice(0, -ENDING.length);
  if (!ID_PATTERN.test(id)) {
    const hint = 'an id has a-z, 0-9 and hyphens, begins with no hyphen and is at most 64 long';
    faults.add('', `${show(id)} is no id of a segment`, hint);
  }
  return id;
}

function readOptionalText(value: unknown, key: Place, faults: Faults): string | undefined {
  return value === undefined ? undefined : readText(value, `the ${key}`, key, faults);
}
